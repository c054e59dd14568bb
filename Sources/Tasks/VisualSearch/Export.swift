import Agent
package import Foundation
import Imaging

/// Writes examples as files that other programs read.
package enum ExampleExport {
    /// Writes a new folder with `images/` and `examples.jsonl`.
    ///
    /// Each line is an object: `id`, `kind`, `messages` in the form of the OpenAI chat API with images as paths
    /// relative to the folder, `answer`, `boxes` as [x1, y1, x2, y2] in pixels of the first image, and `tools`.
    ///
    /// - Throws: `VisualSearchError.export` if the folder exists or cannot be written; what the source and the
    ///   images throw.
    package static func write(
        _ indices: Range<Int>, of source: any ExampleSource, to folder: URL
    ) async throws {
        let files = FileManager.default
        let path = folder.path(percentEncoded: false)
        guard !files.fileExists(atPath: path) else {
            throw VisualSearchError.export(path: path, problem: "it exists already; give a new folder")
        }
        let images = folder.appending(path: "images", directoryHint: .isDirectory)
        var lines = ""
        do {
            try files.createDirectory(at: images, withIntermediateDirectories: true)
            for index in indices {
                try Task.checkCancellation()
                let example = try await source.example(at: index)
                var names: [String] = []
                for (position, image) in example.images.enumerated() {
                    let name = "images/\(index)-\(position).png"
                    let bytes = try image.pixels(region: image.bounds).encodedPNG()
                    try Data(bytes).write(to: folder.appending(path: name), options: .atomic)
                    names.append(name)
                }
                lines += line(example, imageNames: names).text + "\n"
            }
            try Data(lines.utf8).write(to: folder.appending(path: "examples.jsonl"), options: .atomic)
        } catch let error as CocoaError {
            throw VisualSearchError.export(path: path, problem: error.localizedDescription)
        }
    }

    private static func line(_ example: Example, imageNames: [String]) -> JSONValue {
        let messages = example.messages.map { message -> JSONValue in
            let parts = message.parts.map { part -> JSONValue in
                switch part {
                case .text(let text): .object(["type": .string("text"), "text": .string(text)])
                case .image(let index):
                    .object([
                        "type": .string("image_url"),
                        "image_url": .object(["url": .string(imageNames[index])]),
                    ])
                }
            }
            return .object(["role": .string(message.role.rawValue), "content": .array(parts)])
        }
        let boxes = example.groundTruthBoxes.map { box in
            JSONValue.array([box.x1, box.y1, box.x2, box.y2].map { .number($0) })
        }
        return .object([
            "id": .string(example.id), "kind": .string(example.kind), "messages": .array(messages),
            "answer": .string(example.answer), "boxes": .array(boxes),
            "tools": .array(example.tools.map { .string($0) }),
        ])
    }
}
