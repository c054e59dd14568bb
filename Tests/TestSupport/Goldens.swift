import Foundation
package import Torch

/// Tensors that a script in `Tools/reference` computed with the reference implementation.
package struct Goldens {
    private let file: SafetensorsFile

    /// Opens `Goldens/NAME.safetensors` beside the test file.
    package init(_ name: String, beside testFile: String = #filePath) throws {
        let folder = URL(fileURLWithPath: testFile).deletingLastPathComponent().appendingPathComponent(
            "Goldens")
        file = try SafetensorsFile(folder.appendingPathComponent("\(name).safetensors"))
    }

    /// The tensor of this name.
    package subscript(name: String) -> Tensor {
        get throws { try file.tensor(name) }
    }

    package var names: [String] { file.names }

    /// The names that begin with `prefix` and a dot, in alphabetical order.
    package func names(_ prefix: String) -> [String] {
        file.names.filter { $0.hasPrefix(prefix + ".") }.sorted()
    }

    package func contains(_ name: String) -> Bool { file.contains(name) }
}
