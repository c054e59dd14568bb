package import Foundation

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Locks the folder of a run or of an evaluation against a second process that writes to it. The operating system releases
/// the lock when the process ends, however it ends.
package final class RunLock: Sendable {
    private let descriptor: Int32

    /// A reader that asks whether the lock is held has it for a moment.
    private static let attempts = 10
    private static let pause: UInt32 = 10_000

    /// Acquires the lock, or throws ``RunError/Code/locked`` if another process has it.
    package convenience init(_ folder: RunFolder) throws {
        try self.init(folder.url, work: "training")
    }

    /// Acquires the lock of a folder.
    ///
    /// - Parameters:
    ///   - folder: the folder, which must exist.
    ///   - work: what the other process does if it has the lock, for the error.
    /// - Throws: ``RunError/Code/locked`` if another process has the lock.
    package init(_ folder: URL, work: String) throws {
        let file = RunFolder.lockFile(in: folder)
        descriptor = open(file.path, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw AtomicFile.systemError("open", file) }
        guard Self.lock(descriptor) else {
            close(descriptor)
            throw RunError(
                .locked, operation: "write to", path: folder.path, detail: "another process is \(work) in it",
                remedy: "wait for it to end, stop it, or choose another folder")
        }
    }

    /// Whether a living process has the lock of a folder.
    static func isHeld(in folder: RunFolder) -> Bool {
        let descriptor = open(RunFolder.lockFile(in: folder.url).path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    private static func lock(_ descriptor: Int32) -> Bool {
        for attempt in 1...attempts {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
            if attempt < attempts { usleep(pause) }
        }
        return false
    }

    deinit {
        close(descriptor)
    }
}
