import Foundation

/// Runs `body` on a thread of its own and suspends until it is done: what blocks while tasks run must not block one
/// of the threads that run tasks.
package func onOwnThread<Output: Sendable>(_ body: @escaping @Sendable () throws -> Output) async throws
    -> Output
{
    try await withCheckedThrowingContinuation { continuation in
        let thread = Thread { continuation.resume(with: Result { try body() }) }
        thread.stackSize = 8 << 20
        thread.start()
    }
}
