import Dispatch
import Synchronization

/// Runs a task and blocks the calling thread until it has ended; not for a thread that runs tasks.
///
/// - Throws: what `body` throws.
package func waiting<Output: Sendable>(
    for body: @escaping @Sendable () async throws -> Output
) throws -> Output {
    let outcome = Box<Output>()
    let done = DispatchSemaphore(value: 0)
    Task {
        do { outcome.set(.success(try await body())) } catch { outcome.set(.failure(error)) }
        done.signal()
    }
    done.wait()
    return try outcome.get()
}

private final class Box<Output: Sendable>: Sendable {
    private let value = Mutex<Result<Output, any Error>?>(nil)

    func set(_ result: Result<Output, any Error>) { value.withLock { $0 = result } }

    func get() throws -> Output {
        guard let result = value.withLock({ $0 }) else { preconditionFailure("the task has not ended") }
        return try result.get()
    }
}
