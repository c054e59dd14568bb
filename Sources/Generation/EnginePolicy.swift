package import Agent
import Dispatch
package import Rollout
import Synchronization

/// The policy of a model on this machine: the mailbox between those who ask and the thread that owns the engine.
///
/// It holds no tensor. The owner of a `GenerationEngine` runs it with `serve`; between two iterations the engine takes
/// in what has arrived, and while it computes, tools run on other threads. With trajectories announced by `begin`,
/// everything that is returned is the same bit for bit in every run, however long the tools take; `Schedule` says what
/// that asks of the callers.
package final class EnginePolicy: Policy {
    enum Message: Sendable {
        case begin([TrajectoryID])
        case submit(CompletionRequest)
        case cancel(TrajectoryID)
        case end(TrajectoryID)
        case pause
    }

    private struct Caller {
        let continuation: CheckedContinuation<Completion, any Error>
        let onToken: (@Sendable (GeneratedToken) -> Void)?
    }

    private struct State {
        var inbox: [Message] = []
        var callers: [TrajectoryID: Caller] = [:]
        var statistics = RolloutStatistics()
    }

    private let state = Mutex(State())
    private let arrival = DispatchSemaphore(value: 0)

    package init() {}

    /// What the engine has done.
    package var statistics: RolloutStatistics { state.withLock { $0.statistics } }
}

// MARK: - The side that asks

extension EnginePolicy {
    package func begin(_ ids: [TrajectoryID]) async { post(.begin(ids)) }

    /// Writes the next turn; a task that is cancelled gets what had been written until then.
    ///
    /// Throws if the request cannot be answered.
    package func complete(
        _ request: CompletionRequest, onToken: (@Sendable (GeneratedToken) -> Void)? = nil
    ) async throws -> Completion {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let caller = Caller(continuation: continuation, onToken: onToken)
                state.withLock { $0.callers[request.id] = caller }
                post(.submit(request))
                // If the task had been cancelled before, the message below has come too early.
                if Task.isCancelled { post(.cancel(request.id)) }
            }
        } onCancel: {
            post(.cancel(request.id))
        }
    }

    package func end(_ id: TrajectoryID) async { post(.end(id)) }

    /// Lets `serve` return once everything under way has ended or waits for somebody.
    package func pause() { post(.pause) }

    private func post(_ message: Message) {
        state.withLock { $0.inbox.append(message) }
        arrival.signal()
    }
}

// MARK: - The side that answers

extension EnginePolicy {
    /// What has arrived since this was last called.
    func takeMessages() -> [Message] {
        state.withLock { state in
            defer { state.inbox = [] }
            return state.inbox
        }
    }

    /// Blocks until something may have arrived.
    func waitForMessages() { arrival.wait() }

    /// Adds what has been done since this was last called.
    func record(_ statistics: RolloutStatistics) {
        state.withLock { $0.statistics = $0.statistics + statistics }
    }

    func deliver(_ event: GenerationEngine.Event) {
        switch event {
        case .token(let id, let token):
            state.withLock { $0.callers[id]?.onToken }?(token)
        case .finished(let id, let completion):
            caller(leaving: id)?.continuation.resume(returning: completion)
        case .failed(let id, let error):
            caller(leaving: id)?.continuation.resume(throwing: error)
        }
    }

    private func caller(leaving id: TrajectoryID) -> Caller? {
        state.withLock { $0.callers.removeValue(forKey: id) }
    }
}
