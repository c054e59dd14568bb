import Agent
package import Foundation
import Generation
import Imaging
import JSON
package import Tasks

/// A folder of questions about image files. Its `prompts.json` is a list of
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

    /// - Throws: an error that names the missing or invalid file.
    package init(_ folder: URL) throws {
        let file = folder.appending(path: "prompts.json", directoryHint: .notDirectory)
        let entries: [Entry]
        do {
            entries = try JSONDecoder().decode([Entry].self, from: Data(contentsOf: file))
        } catch let error as DecodingError {
            throw PromptFolderError(path: file.path, problem: error.summary)
        } catch {
            let problem =
                FileManager.default.fileExists(atPath: file.path) ? error.plainText : "there is no such file"
            throw PromptFolderError(path: file.path, problem: problem)
        }
        guard !entries.isEmpty else {
            throw PromptFolderError(path: file.path, problem: "it contains no prompts")
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

    /// The prompt at `index`, modulo the number of prompts.
    package func example(at index: Int) -> Example { examples[index % examples.count] }
}

/// An invalid list of prompts.
package struct PromptFolderError: Error, CustomStringConvertible {
    /// The invalid file.
    package let path: String
    /// What is wrong with it.
    package let problem: String

    package var description: String {
        "cannot read prompts from \(path): \(problem); write a list of {\"question\": …, \"images\": […]}"
    }
}
