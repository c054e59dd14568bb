import Foundation

/// Reads `vocab.json` and `merges.txt`, with `tokenizer_config.json` or `added_tokens.json` in the same folder.
enum VocabularyFiles {
    static func definition(_ directory: URL) throws(TokenizerError) -> TokenizerDefinition {
        let operation = "reading a vocabulary"
        let file = directory.appending(path: "vocab.json")
        let vocabulary = try tokenizerJSON([String: Int32].self, file, operation)
        let tokens = try tokensByID(vocabulary, operation, file)
        return TokenizerDefinition(
            tokens: tokens, merges: try merges(directory.appending(path: "merges.txt"), tokens),
            addedTokens: try addedTokens(directory))
    }

    /// One merge per line, two tokens separated by a space; the first line may be a version comment.
    private static func merges(
        _ file: URL, _ tokens: ByteStrings
    ) throws(TokenizerError) -> [TokenizerDefinition.Merge] {
        let operation = "reading the merges"
        let data = try tokenizerData(file, operation)
        let resolver = MergeResolver(tokens, operation: operation, file: file)
        var merges: [TokenizerDefinition.Merge] = []
        for (index, line) in data.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).enumerated() {
            if index == 0, line.starts(with: "#version".utf8) { continue }
            let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw TokenizerError(
                    .malformed, operation, path: file.path,
                    "merge \(merges.count) is not two tokens: \(String(decoding: line, as: UTF8.self)); "
                        + "copy the file again from its source")
            }
            let (left, right) = (
                String(decoding: parts[0], as: UTF8.self), String(decoding: parts[1], as: UTF8.self)
            )
            try merges.append(resolver.merge(left, right, rank: merges.count))
        }
        return merges
    }

    private static func addedTokens(_ directory: URL) throws(TokenizerError) -> [AddedToken] {
        let operation = "reading the added tokens"
        let configuration = directory.appending(path: "tokenizer_config.json")
        let list = directory.appending(path: "added_tokens.json")
        var tokens: [AddedToken] = []
        if FileManager.default.fileExists(atPath: configuration.path),
            let decoder = try tokenizerJSON(Configuration.self, configuration, operation).added_tokens_decoder
        {
            for (key, token) in decoder {
                guard let id = Int32(key), !(token.lstrip ?? false), !(token.rstrip ?? false),
                    !(token.single_word ?? false)
                else {
                    throw TokenizerError(
                        .unsupported, operation, path: configuration.path,
                        "token \(token.content) has the id \(key), or single_word, lstrip or rstrip"
                    )
                }
                tokens.append(
                    AddedToken(
                        token.content, id: id, isSpecial: token.special ?? false,
                        isNormalized: token.normalized ?? true))
            }
        } else if FileManager.default.fileExists(atPath: list.path) {
            for (content, id) in try tokenizerJSON([String: Int32].self, list, operation) {
                // This file does not tell which tokens are special.
                let known = AddedToken.qwen25.first { $0.content == content }
                tokens.append(
                    AddedToken(content, id: id, isSpecial: known?.isSpecial ?? content.hasPrefix("<|")))
            }
        } else {
            throw TokenizerError(
                .missing, operation, path: directory.path,
                "neither tokenizer_config.json nor added_tokens.json exists; copy one from its source"
            )
        }
        return tokens.sorted { $0.id < $1.id }
    }

    /// The file's structure, with its spelling of names.
    private struct Configuration: Decodable {
        struct Added: Decodable {
            let content: String
            let single_word, lstrip, rstrip, normalized, special: Bool?
        }
        let added_tokens_decoder: [String: Added]?
    }
}
