internal import Foundation
internal import Synchronization

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// An append-only file. Each append is an unbuffered write, so that a killed process loses nothing.
final class AppendingFile: Sendable {
    let url: URL
    private let handle: Mutex<FileHandle>

    /// Opens or creates the file and truncates it to `length` bytes.
    init(at url: URL, length: UInt64) throws {
        self.url = url
        let descriptor = open(url.path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw AtomicFile.systemError("open", url) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try RunError.reporting("cut", url) { try handle.truncate(atOffset: length) }
        self.handle = Mutex(handle)
    }

    func append(_ data: Data) throws {
        try RunError.reporting("write", url) { try handle.withLock { try $0.write(contentsOf: data) } }
    }

    func synchronize() throws {
        try RunError.reporting("sync", url) { try handle.withLock { try $0.synchronize() } }
    }
}
