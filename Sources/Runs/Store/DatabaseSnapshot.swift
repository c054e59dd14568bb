internal import Foundation
internal import GRDB

/// Reads a database in write-ahead mode from a folder in which SQLite cannot create its shared-memory file, such as one on
/// a read-only file system.
enum DatabaseSnapshot {
    /// Opens a copy of the database with its write-ahead log. The copy has no name any more when this returns, so its space
    /// is free again when the connection closes or the process ends.
    static func open(_ url: URL, configuration: Configuration) throws -> DatabaseQueue {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "deepeyes-\(UUID().uuidString)", directoryHint: .isDirectory)
        try AtomicFile.createFolder(folder)
        defer { try? FileManager.default.removeItem(at: folder) }
        let copy = folder.appending(path: url.lastPathComponent, directoryHint: .notDirectory)
        for (source, destination) in [(url, copy), (log(of: url), log(of: copy))]
        where FileManager.default.fileExists(atPath: source.path) {
            try RunError.reporting("copy \(source.path) to", destination) {
                try FileManager.default.copyItem(at: source, to: destination)
            }
        }
        let queue = try DatabaseQueue(path: copy.path, configuration: configuration)
        // Reading opens the files that belong to the database.
        _ = try queue.read(Schema.isReadable)
        return queue
    }

    private static func log(of url: URL) -> URL {
        url.deletingLastPathComponent()
            .appending(path: url.lastPathComponent + "-wal", directoryHint: .notDirectory)
    }
}

extension DatabaseError {
    /// Whether SQLite could not create or write a file that it needs for reading.
    var isDeniedWriting: Bool {
        [.SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_IOERR].contains(resultCode.primaryResultCode)
    }
}
