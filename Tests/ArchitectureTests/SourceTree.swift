import Foundation

/// The files of this package, as text.
enum SourceTree {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// The Swift files below a folder; none if it is not there.
    static func swiftFiles(below folder: String) throws -> [SwiftFile] {
        let files = FileManager.default.enumerator(
            at: root.appending(path: folder), includingPropertiesForKeys: nil)
        return try (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }.map {
            SwiftFile(
                path: String($0.path.dropFirst(root.path.count).drop { $0 == "/" }),
                text: try String(contentsOf: $0, encoding: .utf8))
        }
    }
}

struct SwiftFile {
    /// From the root of the package.
    let path: String
    let text: String

    /// The folder below `Sources` or `Tests`.
    var module: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

    /// The text without comments.
    var code: String { text.replacing(#/\/\/[^\n]*/#, with: "") }

    /// The names that occur in the code.
    var names: Set<String> { Set(code.matches(of: #/\w+/#).map { String($0.output) }) }
}
