import Agent
package import Foundation
import Imaging
import JSON

extension ExampleSource {
    /// Exports the examples at `indices` to a new folder with `images/`, `examples.jsonl` and `sft/conversations.jsonl`.
    ///
    /// Each line is an object with `id`, `kind`, `messages` in the format of the OpenAI chat API with image paths relative to
    /// the folder, `answer`, `boxes` as [x1, y1, x2, y2] in pixels of the first image, and `tools`. Conversations have the right
    /// answer as the assistant's message; they are in a folder of their own, so that the exported folder holds questions only.
    ///
    /// - Throws: `ExportError` if the folder exists or cannot be written; errors of the source and its images.
    package func export(_ indices: Range<Int>, to folder: URL) async throws {
        var export = try ExampleExport(to: folder)
        for index in indices {
            try Task.checkCancellation()
            try export.append(try await example(at: index))
        }
        try export.finish()
    }
}

/// Examples could not be written.
package struct ExportError: Error, Hashable, Sendable, CustomStringConvertible {
    package let path: String
    package let problem: String

    package var description: String { "cannot export examples to \(path): \(problem)" }
}

/// A folder of exported examples under construction.
private struct ExampleExport {
    private let folder: URL
    private var lines = ""
    private var conversations = ""
    private var exampleCount = 0

    init(to folder: URL) throws {
        self.folder = folder
        let path = folder.path(percentEncoded: false)
        guard !FileManager.default.fileExists(atPath: path) else {
            throw ExportError(path: path, problem: "it already exists; give a new folder")
        }
        try writing {
            for name in ["images", "sft"] {
                try FileManager.default.createDirectory(
                    at: folder.appending(path: name, directoryHint: .isDirectory),
                    withIntermediateDirectories: true)
            }
        }
    }

    mutating func append(_ example: Example) throws {
        var names: [String] = []
        for (position, image) in example.images.enumerated() {
            let name = "images/\(exampleCount)-\(position).png"
            let bytes = try image.pixels(region: image.bounds).encodedPNG()
            try writing { try Data(bytes).write(to: folder.appending(path: name), options: .atomic) }
            names.append(name)
        }
        lines += try line(example, imageNames: names).text + "\n"
        conversations += try conversation(example, imageNames: names.map { "../\($0)" }).text + "\n"
        exampleCount += 1
    }

    /// Writes the list of examples last, so that a folder with a list is complete.
    func finish() throws {
        for (name, text) in [("sft/conversations.jsonl", conversations), ("examples.jsonl", lines)] {
            try writing { try Data(text.utf8).write(to: folder.appending(path: name), options: .atomic) }
        }
    }

    private func writing(_ body: () throws -> Void) throws(ExportError) {
        do {
            try body()
        } catch {
            throw ExportError(
                path: folder.path(percentEncoded: false),
                problem: "\(error.localizedDescription) Check that it can be written and has free space.")
        }
    }

    /// The messages in the form of the OpenAI API, with the names of the image files.
    private func messages(of example: Example, imageNames: [String]) throws -> [JSONValue] {
        try example.messages.map { message -> JSONValue in
            let parts = try message.parts.map { part -> JSONValue in
                switch part {
                case .text(let text):
                    return ["type": "text", "text": .string(text)]
                case .image(let index):
                    guard imageNames.indices.contains(index) else {
                        throw ExampleError.missingImage(
                            id: example.id, index: index, count: imageNames.count)
                    }
                    return ["type": "image_url", "image_url": ["url": .string(imageNames[index])]]
                }
            }
            return ["role": .string(message.role.rawValue), "content": .array(parts)]
        }
    }

    /// The question and its right answer, for supervised training.
    private func conversation(_ example: Example, imageNames: [String]) throws -> JSONValue {
        let answer: JSONValue = [
            "role": "assistant", "content": .string("<answer>\(example.answer)</answer>"),
        ]
        return ["messages": .array(try messages(of: example, imageNames: imageNames) + [answer])]
    }

    /// The question with its key, for training with rewards.
    private func line(_ example: Example, imageNames: [String]) throws -> JSONValue {
        let boxes = example.groundTruthBoxes.map { box in
            JSONValue.array([box.x1, box.y1, box.x2, box.y2].map { .number($0) })
        }
        return [
            "id": .string(example.id), "kind": .string(example.kind),
            "messages": .array(try messages(of: example, imageNames: imageNames)),
            "answer": .string(example.answer), "boxes": .array(boxes),
            "tools": .array(example.tools.map { .string($0) }),
        ]
    }
}
