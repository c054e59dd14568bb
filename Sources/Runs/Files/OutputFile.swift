package import Foundation

/// A file that a command writes at its end. What could prevent it is found before the work begins.
package struct OutputFile: Sendable {
    package let url: URL

    /// Creates the parent folders and checks that the file can be written. An existing file stays as it is until
    /// it is replaced.
    ///
    /// - Throws: ``RunError`` that names the file or the folder.
    package init(_ path: String) throws {
        url = URL(filePath: path)
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) {
            let attributes = try? FileManager.default.attributesOfItem(atPath: url.path)
            let isRegular = attributes?[.type] as? FileAttributeType == .typeRegular
            guard !isFolder.boolValue, isRegular else {
                throw RunError(
                    .alreadyExists, operation: "write", path: url.path,
                    detail: isFolder.boolValue ? "it is a folder" : "it is not a regular file",
                    remedy: "give the path of a file")
            }
        }
        try AtomicFile.createFolder(url.deletingLastPathComponent())
        let trial = AtomicFile.partial(of: url)
        try RunError.reporting("write", url) { try Data().write(to: trial) }
        try? FileManager.default.removeItem(at: trial)
    }

    /// Replaces the file atomically.
    package func write(_ data: Data) throws { try AtomicFile.write(data, to: url) }

    /// Replaces the file atomically with UTF-8 text.
    package func write(_ text: String) throws { try AtomicFile.write(text, to: url) }

    /// Replaces the file atomically with indented JSON with sorted keys.
    package func write(json value: some Encodable) throws { try AtomicFile.write(json: value, to: url) }
}

/// A folder that a command creates at its end. What could prevent it is found before the work begins.
package struct OutputFolder: Sendable {
    package let url: URL

    /// Creates the parent folders and checks that the folder can be created.
    ///
    /// - Parameter path: the path of the folder, which must not exist.
    /// - Throws: ``RunError`` that names the folder.
    package init(new path: String) throws {
        url = URL(filePath: path, directoryHint: .isDirectory)
        guard !FileManager.default.fileExists(atPath: url.path) else {
            throw RunError(
                .alreadyExists, operation: "write to", path: url.path, detail: "it already exists",
                remedy: "remove it or give a new folder")
        }
        try AtomicFile.createFolder(url.deletingLastPathComponent())
        let trial = AtomicFile.partial(of: url)
        try RunError.reporting("create the folder", url) {
            try FileManager.default.createDirectory(at: trial, withIntermediateDirectories: true)
        }
        try? FileManager.default.removeItem(at: trial)
    }
}
