import Foundation

/// The files of this package, as text.
enum SourceTree {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Those of `Sources` and `Tests`, by path.
    static func all() throws -> [SwiftFile] { try read.get() }

    /// Those of `Sources`, by path.
    static func sources() throws -> [SwiftFile] { try swiftFiles(below: "Sources") }

    /// The Swift files below a folder of `Sources` or `Tests`; none if it is not there.
    static func swiftFiles(below folder: String) throws -> [SwiftFile] {
        try all().filter { $0.path.hasPrefix(folder + "/") }
    }

    private static let read = Result { try ["Sources", "Tests"].flatMap(files) }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    private static func files(below folder: String) throws -> [SwiftFile] {
        let files = FileManager.default.enumerator(
            at: root.appending(path: folder), includingPropertiesForKeys: nil)
        return try (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }.map {
            SwiftFile(
                path: String($0.path.dropFirst(root.path.count).drop { $0 == "/" }),
                text: try String(contentsOf: $0, encoding: .utf8))
        }.sorted { $0.path < $1.path }
    }
}
