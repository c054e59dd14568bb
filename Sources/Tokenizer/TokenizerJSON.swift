import Foundation

/// Reads `tokenizer.json`, as far as its features are supported.
enum TokenizerJSON {
    private static let operation = "reading a tokenizer"

    static func definition(_ file: URL) throws(TokenizerError) -> TokenizerDefinition {
        let contents = try tokenizerJSON(File.self, file, operation)
        func require(_ condition: Bool, _ what: @autoclosure () -> String) throws(TokenizerError) {
            guard condition else {
                throw TokenizerError(
                    .unsupported, operation, path: file.path,
                    "\(what()); only byte-level BPE as in Qwen2 is supported")
            }
        }
        let model = contents.model
        try require((model.type ?? "BPE") == "BPE", "model type \(model.type ?? "")")
        try require((model.dropout ?? 0) == 0, "dropout \(model.dropout ?? 0)")
        try require((model.unk_token ?? "").isEmpty, "an unknown token \(model.unk_token ?? "")")
        try require((model.continuing_subword_prefix ?? "").isEmpty, "a prefix of continuing subwords")
        try require((model.end_of_word_suffix ?? "").isEmpty, "a suffix of words")
        try require(!(model.byte_fallback ?? false), "byte fallback")
        try require(
            contents.normalizer == nil || contents.normalizer?.type == "NFC",
            "normalizer \(contents.normalizer?.type ?? "")")
        try require(contents.decoder?.type == "ByteLevel", "decoder \(contents.decoder?.type ?? "none")")
        let pattern = try pattern(contents.pre_tokenizer, require)
        for token in contents.added_tokens ?? [] {
            try require(
                !(token.single_word ?? false) && !(token.lstrip ?? false) && !(token.rstrip ?? false),
                "added token \(token.content) has single_word, lstrip or rstrip")
            try require((0..<Int32(MergeTable.limit)).contains(token.id), "added token id \(token.id)")
        }

        let tokens = try tokensByID(model.vocab, operation, file)
        let resolver = MergeResolver(tokens, operation: operation, file: file)
        var merges: [TokenizerDefinition.Merge] = []
        merges.reserveCapacity(model.merges.pairs.count)
        for (rank, pair) in model.merges.pairs.enumerated() {
            try merges.append(resolver.merge(pair[0], pair[1], rank: rank))
        }
        return TokenizerDefinition(
            tokens: tokens, merges: merges,
            addedTokens: (contents.added_tokens ?? []).map { token in
                AddedToken(
                    token.content, id: token.id, isSpecial: token.special ?? false,
                    isNormalized: token.normalized ?? true)
            },
            pattern: pattern, isNormalizing: contents.normalizer != nil,
            keepsKnownWords: model.ignore_merges ?? false)
    }

    /// The split pattern of `Sequence[Split, ByteLevel]`.
    private static func pattern(
        _ preTokenizer: File.PreTokenizer?,
        _ require: (Bool, @autoclosure () -> String) throws(TokenizerError) -> Void
    ) throws(TokenizerError) -> SplitPattern {
        let steps = preTokenizer?.pretokenizers ?? []
        let kinds = steps.map(\.type)
        try require(
            preTokenizer?.type == "Sequence" && kinds == ["Split", "ByteLevel"],
            "pre-tokenizer \(preTokenizer?.type ?? "none") \(kinds)")
        let (split, byteLevel) = (steps[0], steps[1])
        try require(
            split.behavior == "Isolated" && !(split.invert ?? false),
            "a split that is \(split.behavior ?? "") and invert \(split.invert ?? false)")
        try require(
            !(byteLevel.add_prefix_space ?? true) && !(byteLevel.use_regex ?? true),
            "a ByteLevel step with add_prefix_space or use_regex")
        let regex = split.pattern?.Regex ?? ""
        let pattern = SplitPattern(regex: regex)
        try require(pattern != nil, "split pattern \(regex)")
        return pattern ?? SplitPattern(digitCount: 1)
    }

    /// The file's structure, with its spelling of names.
    private struct File: Decodable {
        struct Typed: Decodable { let type: String }

        struct Added: Decodable {
            let id: Int32
            let content: String
            let single_word, lstrip, rstrip, normalized, special: Bool?
        }

        struct PreTokenizer: Decodable {
            struct Pattern: Decodable { let Regex: String? }
            struct Step: Decodable {
                let type: String
                let pattern: Pattern?
                let behavior: String?
                let invert, add_prefix_space, use_regex: Bool?
            }
            let type: String
            let pretokenizers: [Step]?
        }

        struct Model: Decodable {
            let type, unk_token, continuing_subword_prefix, end_of_word_suffix: String?
            let dropout: Double?
            let byte_fallback, ignore_merges: Bool?
            let vocab: [String: Int32]
            let merges: Merges
        }

        /// Pairs, or, in older versions, strings of two tokens separated by a space.
        struct Merges: Decodable {
            let pairs: [[String]]

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let pairs = try? container.decode([[String]].self) {
                    self.pairs = pairs
                } else {
                    pairs = try container.decode([String].self).map { merge in
                        let parts = merge.utf8.split(
                            separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
                        return parts.map { String(decoding: $0, as: UTF8.self) }
                    }
                }
                if let odd = pairs.first(where: { $0.count != 2 }) {
                    throw DecodingError.dataCorruptedError(
                        in: container, debugDescription: "a merge of \(odd.count) tokens: \(odd)")
                }
            }
        }

        let added_tokens: [Added]?
        let normalizer, decoder: Typed?
        let pre_tokenizer: PreTokenizer?
        let model: Model
    }
}
