package import Foundation

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Writes files atomically: to a temporary file that is synced and renamed.
package enum AtomicFile {
    /// Replaces the file at `url`. A reader sees the old or the new content, even after a power failure.
    package static func write(_ data: Data, to url: URL) throws {
        let partial = partial(of: url)
        do {
            try RunError.reporting("write", url) { try data.write(to: partial) }
            try synchronize(partial)
            try rename(partial, to: url)
        } catch {
            try? FileManager.default.removeItem(at: partial)
            throw error
        }
    }

    /// Replaces the file at `url` with UTF-8 text.
    package static func write(_ text: String, to url: URL) throws {
        try write(Data(text.utf8), to: url)
    }

    /// Replaces the file at `url` with indented JSON with sorted keys.
    package static func write(json value: some Encodable, to url: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try write(encoder.encode(value), to: url)
    }

    /// Creates a folder with its parents, unless it exists.
    ///
    /// - Throws: ``RunError`` that names the folder and the operating system's reason.
    package static func createFolder(_ url: URL) throws {
        try RunError.reporting("create the folder", url) {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        }
    }

    /// The name under which a file is written before it is renamed.
    static func partial(of url: URL) -> URL {
        url.deletingLastPathComponent()
            .appending(path: ".\(url.lastPathComponent).partial", directoryHint: .notDirectory)
    }

    /// Renames a file or folder within one file system and syncs the destination's folder.
    package static func rename(_ source: URL, to destination: URL) throws {
        guard Self.rename(source.path, destination.path) == 0 else {
            throw systemError("rename", source, "to \(destination.path)")
        }
        try synchronize(destination.deletingLastPathComponent())
    }

    /// Flushes a file's content, or a folder's listing, to disk.
    package static func synchronize(_ url: URL) throws {
        let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw systemError("open", url) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw systemError("sync", url) }
    }

    /// Syncs every file and folder below `folder`, then `folder` itself.
    package static func synchronizeTree(_ folder: URL) throws {
        let names = try RunError.reporting("list", folder) {
            try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        }
        for name in names { try synchronize(folder.appending(path: name)) }
        try synchronize(folder)
    }

    private static func rename(_ source: String, _ destination: String) -> Int32 {
        #if canImport(Darwin)
            Darwin.rename(source, destination)
        #else
            Glibc.rename(source, destination)
        #endif
    }

    static func systemError(_ operation: String, _ url: URL, _ detail: String = "") -> RunError {
        let reason = String(cString: strerror(errno))
        return RunError(.fileSystem, operation, url, detail.isEmpty ? reason : "\(detail): \(reason)")
    }
}
