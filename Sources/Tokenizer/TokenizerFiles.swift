package import Foundation
import JSON

extension Tokenizer {
    /// Reads `tokenizer.json` from a model directory, or `vocab.json` with `merges.txt` if there is none.
    ///
    /// - Throws: `TokenizerError` that names the file.
    package convenience init(directory: URL) throws(TokenizerError) {
        let file = directory.appending(path: "tokenizer.json")
        if FileManager.default.fileExists(atPath: file.path) {
            try self.init(tokenizerJSON: file)
        } else if FileManager.default.fileExists(atPath: directory.appending(path: "vocab.json").path) {
            try self.init(vocabularyAndMergesIn: directory)
        } else {
            throw TokenizerError(
                .missing, "opening a tokenizer", path: directory.path,
                "neither tokenizer.json nor vocab.json exists; copy them from the model's repository")
        }
    }

    /// Reads a file in the format of the `tokenizers` package.
    package convenience init(tokenizerJSON file: URL) throws(TokenizerError) {
        try self.init(TokenizerJSON.definition(file), file)
    }

    /// Reads `vocab.json` and `merges.txt`, and the added tokens from `tokenizer_config.json` or
    /// `added_tokens.json`. Numbers are split into single digits, as in Qwen2.
    package convenience init(vocabularyAndMergesIn directory: URL) throws(TokenizerError) {
        try self.init(
            VocabularyFiles.definition(directory), directory.appending(path: "vocab.json"))
    }

    /// Reads a file of base64 tokens with ranks, one per line, as in Qwen's own repositories.
    package convenience init(
        ranks file: URL, addedTokens: [AddedToken] = AddedToken.qwen25
    ) throws(TokenizerError) {
        try self.init(RankFile.definition(file, addedTokens: addedTokens), file)
    }

    private convenience init(_ definition: TokenizerDefinition, _ file: URL) throws(TokenizerError) {
        do {
            try self.init(definition)
        } catch {
            throw TokenizerError(error.code, error.operation, path: file.path, error.detail)
        }
    }
}

/// Reads a file whole.
func tokenizerData(_ file: URL, _ operation: String) throws(TokenizerError) -> Data {
    do {
        return try Data(contentsOf: file, options: .mappedIfSafe)
    } catch {
        let isThere = FileManager.default.fileExists(atPath: file.path)
        throw TokenizerError(
            isThere ? .inaccessible : .missing, operation, path: file.path,
            isThere
                ? "it cannot be read; check its permissions"
                : "the file does not exist; copy it from its source")
    }
}

/// Decodes a JSON file.
func tokenizerJSON<Value: Decodable>(
    _ type: Value.Type, _ file: URL, _ operation: String
) throws(TokenizerError) -> Value {
    let data = try tokenizerData(file, operation)
    do {
        return try JSONDecoder().decode(type, from: data)
    } catch {
        let problem = (error as? DecodingError)?.snakeCaseSummary ?? "\(error)"
        throw TokenizerError(
            .malformed, operation, path: file.path, "\(problem); copy it again from its source")
    }
}

/// Resolves the merges of a vocabulary file, which are written as text, to ids.
struct MergeResolver {
    let operation: String
    let file: URL
    private let index: ByteStringIndex

    init(_ tokens: ByteStrings, operation: String, file: URL) {
        index = ByteStringIndex(tokens)
        self.operation = operation
        self.file = file
    }

    /// The merge of two tokens; `rank` is its position in the file, for errors.
    func merge(_ left: String, _ right: String, rank: Int) throws(TokenizerError) -> TokenizerDefinition.Merge
    {
        let (leftBytes, rightBytes) = (ByteAlphabet.bytes(of: left), ByteAlphabet.bytes(of: right))
        guard let left = index[leftBytes], let right = index[rightBytes],
            let result = index[leftBytes + rightBytes]
        else {
            throw TokenizerError(
                .malformed, operation, path: file.path,
                "merge \(rank) is \(left) + \(right), but one of these or their concatenation is not a token; "
                    + "take vocabulary and merges from the same model")
        }
        return TokenizerDefinition.Merge(left: left, right: right, result: result)
    }
}

/// Orders a vocabulary by id.
func tokensByID(
    _ vocabulary: [String: Int32], _ operation: String, _ file: URL
) throws(TokenizerError) -> ByteStrings {
    let highest = vocabulary.values.max() ?? -1
    guard vocabulary.values.allSatisfy({ $0 >= 0 }), highest < MergeTable.limit else {
        throw TokenizerError(
            .unsupported, operation, path: file.path,
            "ids up to \(highest); they must be in 0..<\(MergeTable.limit)")
    }
    var spellings = [String](repeating: "", count: Int(highest) + 1)
    for (token, id) in vocabulary {
        guard spellings[Int(id)].isEmpty else {
            throw TokenizerError(
                .malformed, operation, path: file.path, "id \(id) is both \(spellings[Int(id)]) and \(token)")
        }
        spellings[Int(id)] = token
    }
    return ByteStrings(spellings.lazy.map(ByteAlphabet.bytes))
}
