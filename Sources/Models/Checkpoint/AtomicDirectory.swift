import Foundation

/// A directory written under a temporary name in the same parent, and renamed after all of it is on disk.
struct AtomicDirectory {
    /// The temporary directory.
    let url: URL

    /// Writes `destination` atomically.
    ///
    /// Throws `CheckpointError` if `destination` exists or cannot be written, and errors of `body`; the temporary
    /// directory is removed then.
    static func write(_ destination: URL, _ body: (AtomicDirectory) throws -> Void) throws {
        func failure(_ problem: String) -> CheckpointError {
            CheckpointError(.save, path: destination.path, problem)
        }
        guard !FileManager.default.fileExists(atPath: destination.path) else {
            throw failure("it already exists; remove it or choose another name")
        }
        let parent = destination.deletingLastPathComponent()
        let temporary = parent.appendingPathComponent(
            ".\(destination.lastPathComponent).\(ProcessInfo.processInfo.processIdentifier).partial")
        try? FileManager.default.removeItem(at: temporary)
        do {
            try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: false)
        } catch {
            throw failure("a temporary directory cannot be created next to it: \(error.localizedDescription)")
        }
        do {
            try body(AtomicDirectory(url: temporary))
            guard synchronize(temporary), rename(temporary.path, destination.path) == 0, synchronize(parent)
            else { throw failure(String(cString: strerror(errno))) }
        } catch {
            try? FileManager.default.removeItem(at: temporary)
            throw error
        }
    }

    /// Writes a file and flushes it to disk.
    func write(_ data: Data, to name: String) throws {
        let file = url.appendingPathComponent(name)
        guard FileManager.default.createFile(atPath: file.path, contents: nil) else {
            throw CheckpointError(.save, path: file.path, "the file cannot be created")
        }
        let handle = try FileHandle(forWritingTo: file)
        defer { try? handle.close() }
        try handle.write(contentsOf: data)
        try handle.synchronize()
    }

    /// Flushes the entries of a directory to disk; on failure, `errno` is set.
    private static func synchronize(_ directory: URL) -> Bool {
        let descriptor = open(directory.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
    }
}
