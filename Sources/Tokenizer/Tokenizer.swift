import Synchronization

/// A byte-level BPE tokenizer as in Qwen2. Token ids equal those of the `tokenizers` package.
package final class Tokenizer: Sendable {
    /// The added tokens that `encode` recognizes in a text; everything else is plain text, whatever it looks like.
    package enum Recognition: Sendable {
        /// None: for text of users and tools, which must not be able to start or end a turn.
        case nothing
        /// Tags such as `<tool_call>`: for text of the model or the developer.
        case tags
        /// All: for text of the chat template.
        case all
    }

    package let definition: TokenizerDefinition
    /// One more than the highest token id.
    package let vocabularySize: Int

    private let merges: MergeTable
    private let words: ByteStringIndex
    private let byteTokens: [Int32]
    private let added: [Int32: AddedToken]
    /// The bytes that added tokens decode to.
    private let addedBytes: [Int32: [UInt8]]
    private let addedIDs: [String: Int32]
    private let matcher: AddedTokenMatcher
    private let normalizedMatcher: AddedTokenMatcher
    private let anyMatcher: AddedTokenMatcher
    /// Idle encoders: each call takes one, so that concurrent calls do not wait for each other.
    private let encoders = Mutex<[WordEncoder]>([])

    /// - Throws: `TokenizerError` if a byte has no token or the vocabulary is too large.
    package init(_ definition: TokenizerDefinition) throws(TokenizerError) {
        let size = max(definition.tokens.count, 1 + Int(definition.addedTokens.map(\.id).max() ?? -1))
        guard size <= MergeTable.limit, definition.merges.count <= MergeTable.limit else {
            throw TokenizerError(
                .unsupported, "creating a tokenizer",
                "\(size) tokens and \(definition.merges.count) merges; at most \(MergeTable.limit) fit"
            )
        }
        let words = ByteStringIndex(definition.tokens)
        let byteTokens = (UInt8.min...UInt8.max).map { words[[$0]] ?? -1 }
        if let byte = byteTokens.firstIndex(of: -1) {
            throw TokenizerError(
                .unsupported, "creating a tokenizer",
                "byte \(byte) has no token; train the vocabulary with all 256 bytes as its alphabet")
        }
        func normalized(_ text: String) -> [UInt8] {
            let bytes = Array(text.utf8)
            guard definition.isNormalizing else { return bytes }
            return bytes.withUnsafeBufferPointer(Normalization.composed) ?? bytes
        }

        self.definition = definition
        vocabularySize = size
        merges = MergeTable(definition.merges)
        self.words = words
        self.byteTokens = byteTokens
        let tokens = definition.addedTokens
        added = Dictionary(tokens.map { ($0.id, $0) }) { $1 }
        addedIDs = Dictionary(tokens.map { ($0.content, $0.id) }) { $1 }
        addedBytes = Dictionary(
            tokens.map { token in
                let content =
                    token.isNormalized
                    ? String(decoding: normalized(token.content), as: UTF8.self) : token.content
                return (token.id, ByteAlphabet.bytes(of: content))
            }
        ) { $1 }
        matcher = AddedTokenMatcher(tokens.filter { !$0.isNormalized }.map { (Array($0.content.utf8), $0) })
        normalizedMatcher = AddedTokenMatcher(
            tokens.filter(\.isNormalized).map { (normalized($0.content), $0) })
        anyMatcher = AddedTokenMatcher(tokens.map { (Array($0.content.utf8), $0) })
    }

    /// The id of an added token by its content, or of a token by its text.
    package func id(of token: String) -> Int32? { addedIDs[token] ?? words[Array(token.utf8)] }

    /// The bytes of a token; empty for an unused id.
    package func bytes(of token: Int32) -> ArraySlice<UInt8> {
        if let bytes = addedBytes[token] { return bytes[...] }
        guard token >= 0, token < definition.tokens.count else { return [] }
        return definition.tokens[Int(token)]
    }

    /// Whether decoding may skip the token.
    package func isSpecial(_ token: Int32) -> Bool { added[token]?.isSpecial ?? false }

    // MARK: Text to tokens

    /// The tokens of `text`.
    ///
    /// Throughput is highest for long texts; short words are cached between calls.
    package func encode(_ text: String, recognizing scope: Recognition = .nothing) -> [Int32] {
        var encoder =
            encoders.withLock { $0.popLast() }
            ?? WordEncoder(
                merges: merges, byteTokens: byteTokens, knownWords: definition.keepsKnownWords ? words : nil)
        var output: [Int32] = []
        var text = text
        text.withUTF8 { text in
            output.reserveCapacity(text.count / 3)
            matcher.split(text, recognizing: scope) { piece in
                switch piece {
                case .token(let id): output.append(id)
                case .text(let range):
                    encode(
                        UnsafeBufferPointer(rebasing: text[range]), recognizing: scope, with: &encoder,
                        into: &output)
                }
            }
        }
        encoders.withLock { $0.append(encoder) }
        return output
    }

    /// Encodes the text between added tokens that are matched before normalization.
    private func encode(
        _ text: UnsafeBufferPointer<UInt8>, recognizing scope: Recognition, with encoder: inout WordEncoder,
        into output: inout [Int32]
    ) {
        if definition.isNormalizing, let composed = Normalization.composed(text) {
            composed.withUnsafeBufferPointer {
                encodeNormalized($0, recognizing: scope, with: &encoder, into: &output)
            }
        } else {
            encodeNormalized(text, recognizing: scope, with: &encoder, into: &output)
        }
    }

    private func encodeNormalized(
        _ text: UnsafeBufferPointer<UInt8>, recognizing scope: Recognition, with encoder: inout WordEncoder,
        into output: inout [Int32]
    ) {
        normalizedMatcher.split(text, recognizing: scope) { piece in
            switch piece {
            case .token(let id): output.append(id)
            case .text(let range):
                let text = UnsafeBufferPointer(rebasing: text[range])
                var scanner = WordScanner(text, pattern: definition.pattern)
                while let word = scanner.next() { encoder.encode(word, of: text, into: &output) }
            }
        }
    }

    /// A part of a text: plain, or an added token.
    package enum Piece: Hashable, Sendable {
        case text(String)
        case token(Int32)
    }

    /// Splits `text` at the added tokens that `encode` would recognize, without encoding the text between them.
    package func pieces(of text: String, recognizing scope: Recognition) -> [Piece] {
        var pieces: [Piece] = []
        var text = text
        text.withUTF8 { text in
            anyMatcher.split(text, recognizing: scope) { piece in
                switch piece {
                case .token(let id): pieces.append(.token(id))
                case .text(let range): pieces.append(.text(String(decoding: text[range], as: UTF8.self)))
                }
            }
        }
        return pieces
    }

    // MARK: Tokens to text

    /// The text of `tokens`. Invalid UTF-8 becomes U+FFFD; unused ids are skipped.
    package func decode(_ tokens: some Sequence<Int32>, skippingSpecials: Bool = false) -> String {
        var decoder = StreamingDecoder(self, skippingSpecials: skippingSpecials)
        return decoder.append(contentsOf: tokens) + decoder.finish()
    }
}
