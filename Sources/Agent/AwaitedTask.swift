import Dispatch
import Synchronization

/// Runs a task and blocks the calling thread until it has ended; not for a thread that runs tasks.
///
/// - Throws: what `body` throws.
package func waiting<Output: Sendable>(
    for body: @escaping @Sendable () async throws -> Output
) throws -> Output {
    try AwaitedTask(body).wait()
}

/// A task that a thread starts and later waits for.
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

    /// Blocks the calling thread, once, until the task has ended; not for a thread that runs tasks.
    ///
    /// - Throws: what the task threw.
    package func wait() throws -> Output {
        ending.wait()
        guard let result = result.withLock({ $0 }) else { preconditionFailure("the task has not ended") }
        return try result.get()
    }
}
