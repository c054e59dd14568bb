import Agent
import Dispatch
import Foundation
import Rollout
import Synchronization

extension GenerationEngine {
    /// Answers the requests that reach `policy`, on this thread, until it is paused or closed.
    ///
    /// Blocks the thread while there is nothing to do.
    package func serve(_ policy: EnginePolicy) {
        var isPaused = false
        while !policy.isClosed {
            for message in policy.takeMessages() { isPaused = receive(message) || isPaused }
            let (progress, events) = step()
            policy.record(takeStatistics())
            for event in events { policy.deliver(event) }
            if progress == .ran { continue }
            if isPaused { return }
            wait(for: policy, progress)
        }
    }

    /// - Returns: whether the message asks to return.
    private func receive(_ message: EnginePolicy.Message) -> Bool {
        switch message {
        case .begin(let ids): begin(ids)
        case .submit(let request): submit(request)
        case .cancel(let id): cancel(id)
        case .end(let id): end(id)
        case .pause: return true
        }
        return false
    }

    private func wait(for policy: EnginePolicy, _ progress: Progress) {
        guard case .waiting(let ids) = progress else { return policy.waitForMessages(from: []) }
        let start = ContinuousClock.now
        policy.waitForMessages(from: ids)
        statistics.waitingTime += ContinuousClock.now - start
        policy.record(takeStatistics())
    }
}

extension EnginePolicy {
    /// A policy whose engine is made on a thread of its own and runs there until the policy is closed.
    ///
    /// Throws what `makeEngine` throws.
    package static func onOwnThread(
        _ makeEngine: @escaping @Sendable () throws -> GenerationEngine
    ) async throws -> EnginePolicy {
        let policy = EnginePolicy()
        try await withCheckedThrowingContinuation { continuation in
            let thread = Thread {
                do {
                    let engine = try makeEngine()
                    continuation.resume()
                    while !policy.isClosed { engine.serve(policy) }
                } catch {
                    continuation.resume(throwing: error)
                }
            }
            thread.name = "generation"
            thread.stackSize = 8 << 20
            thread.start()
        }
        return policy
    }
}
