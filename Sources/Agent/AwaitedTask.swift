import Dispatch
import Synchronization

/// Runs a task and blocks the calling thread until it has ended. Must not be called on a thread of the concurrency pool.
///
/// - Throws: errors of `body`.
package func waiting<Output: Sendable>(
    for body: @escaping @Sendable () async throws -> Output
) throws -> Output {
    try AwaitedTask(body).wait()
}

/// A task that a thread starts and waits for later.
package final class AwaitedTask<Output: Sendable>: Sendable {
    private let result = Mutex<Result<Output, any Error>?>(nil)
    private let ending = DispatchSemaphore(value: 0)

    package init(_ body: @escaping @Sendable () async throws -> Output) {
        Task {
            let result: Result<Output, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            self.result.withLock { $0 = result }
            ending.signal()
        }
    }

    /// Blocks the calling thread until the task has ended. Must be called once, and not on a thread of the concurrency pool.
    ///
    /// - Throws: the task's error.
    package func wait() throws -> Output {
        ending.wait()
        guard let result = result.withLock({ $0 }) else { preconditionFailure("the task has not ended") }
        return try result.get()
    }
}
