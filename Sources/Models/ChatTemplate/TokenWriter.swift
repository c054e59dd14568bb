import Tokenizer

/// Tokenizes a conversation from pieces that differ in which added tokens they may contain.
///
/// Text of adjacent pieces is tokenized together. The result is the same as for the whole conversation at once, except
/// that no piece can contain an added token outside its scope.
struct TokenWriter {
    private let tokenizer: Tokenizer
    private var tokens: [Int32] = []
    /// Plain text that is not tokenized yet.
    private var pending = ""

    init(_ tokenizer: Tokenizer) { self.tokenizer = tokenizer }

    /// Appends a text that may contain the added tokens of `scope`.
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
