import Tokenizer

/// Puts a conversation together out of pieces, each with its own right to added tokens.
///
/// Text of neighbouring pieces is tokenized as one, once, so the tokens are those of the whole conversation
/// tokenized at once, except that no piece can write an added token it has no right to.
struct TokenWriter {
    private let tokenizer: Tokenizer
    private var tokens: [Int32] = []
    /// Plain text that is not tokenized yet.
    private var pending = ""

    init(_ tokenizer: Tokenizer) { self.tokenizer = tokenizer }

    /// Adds a text that may contain the added tokens of `scope`.
    mutating func append(_ text: String, recognizing scope: Tokenizer.Recognition) {
        for piece in tokenizer.pieces(of: text, recognizing: scope) {
            switch piece {
            case .text(let text): pending += text
            case .token(let token): append(token)
            }
        }
    }

    mutating func append(_ token: Int32, count: Int = 1) {
        flush()
        tokens.append(contentsOf: repeatElement(token, count: count))
    }

    private mutating func flush() {
        if !pending.isEmpty { tokens += tokenizer.encode(pending, recognizing: .nothing) }
        pending = ""
    }

    /// The tokens of all pieces.
    consuming func finish() -> [Int32] {
        flush()
        return tokens
    }
}
