import CTorch
import Dispatch
import Foundation
import Synchronization

/// Runs `body` for `0 ..< count` in parallel, each on its own thread, and returns the results in order.
///
/// The threads of libtorch are divided among them. This suits a model whose operations are too small for several threads: two
/// threads that each compute half of a batch are twice as fast as one, but two threads for each operation are not. A single
/// call runs on the calling thread.
///
/// Thread-local settings, such as ``withoutGradient(_:)``, do not apply inside `body`.
///
/// - Throws: the error of the first call that threw, after all have ended.
package func inParallel<Output: Sendable>(
    _ count: Int, _ body: @escaping (Int) throws -> Output
) throws -> [Output] {
    if count == 1 { return [try body(0)] }
    // Each thread has ended its call before this function returns.
    nonisolated(unsafe) let body = body
    let threadCount = max(1, Tensor.threadCount / count)
    let results = Mutex([Result<Output, any Error>?](repeating: nil, count: count))
    let ended = DispatchSemaphore(value: 0)
    for index in 0..<count {
        let thread = Thread {
            torch_set_thread_count_here(Int32(threadCount))
            let result = Result { try body(index) }
            results.withLock { $0[index] = result }
            ended.signal()
        }
        thread.name = "worker \(index)"
        thread.stackSize = 8 << 20
        thread.start()
    }
    for _ in 0..<count { ended.wait() }
    return try results.withLock { $0 }.map { result in
        guard let result else { preconditionFailure("a worker ended without a result") }
        return try result.get()
    }
}
