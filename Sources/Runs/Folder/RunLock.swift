internal import Foundation

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Locks a run folder against a second trainer. The operating system releases the lock when the process ends.
package final class RunLock: Sendable {
    private let descriptor: Int32

    /// Acquires the lock, or throws ``RunError/Code/locked`` immediately if another process has it.
    package init(_ folder: RunFolder) throws {
        descriptor = open(folder.lockFile.path, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw AtomicFile.systemError("open", folder.lockFile) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw RunError(
                .locked, operation: "write to the run", path: folder.url.path,
                detail: "another process is training in it",
                remedy: "wait for it to end, stop it, or choose another folder")
        }
    }

    deinit {
        close(descriptor)
    }
}
