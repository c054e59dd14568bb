import Agent
package import Foundation
import Generation
import Imaging
package import Tasks

/// Questions about image files: a folder whose `prompts.json` is a list of
///
///     {"question": "…", "images": ["0.png", …]}
///
/// with paths relative to the folder. `Tools/reference/check_checkpoint.py --write-prompts` writes such folders.
package struct PromptFolder: ExampleSource {
    private let examples: [Example]

    private struct Entry: Decodable {
        let question: String
        let images: [String]
    }

    /// - Throws: an error that names the file that is missing or cannot be used.
    package init(_ folder: URL) throws {
        let file = folder.appending(path: "prompts.json", directoryHint: .notDirectory)
        let entries: [Entry]
        do {
            entries = try JSONDecoder().decode([Entry].self, from: Data(contentsOf: file))
        } catch {
            throw PromptFolderError(path: file.path, problem: "\(error)")
        }
        guard !entries.isEmpty else {
            throw PromptFolderError(path: file.path, problem: "it holds no prompt")
        }
        examples = try entries.enumerated().map { index, entry in
            Example(
                id: "\(index)",
                messages: [
                    .instruction, .question(entry.question, imageCount: entry.images.count),
                ],
                images: try entry.images.map { try EncodedImage(path: folder.appending(path: $0).path) },
                answer: "", kind: "question")
        }
    }

    package var promptCount: Int { examples.count }

    /// Number of prompts.
    package var count: Int? { promptCount }

    /// The prompt at `index`; after the last one they start over.
    package func example(at index: Int) -> Example { examples[index % examples.count] }
}

/// A list of prompts cannot be used.
package struct PromptFolderError: Error, CustomStringConvertible {
    /// The file at fault.
    package let path: String
    /// What is wrong with it.
    package let problem: String

    package var description: String {
        "cannot read prompts from \(path): \(problem); write a list of {\"question\": …, \"images\": […]}"
    }
}
