package import Agent
import Dispatch
package import Rollout
import Synchronization

/// The policy of a model in this process: the message queue between its callers and the thread that owns the engine.
///
/// It holds no tensor. The owner of a `GenerationEngine` calls the engine's `serve` with this policy. The engine
/// processes messages between two iterations, while tools run on other threads. For trajectories announced by `begin`,
/// completions are identical bit for bit in every run, independent of the duration of tool calls. `Schedule` describes
/// what callers must do for that.
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

    /// Statistics since the policy was created.
    package var statistics: RolloutStatistics { state.withLock { $0.statistics } }
}

// MARK: - Caller side

extension EnginePolicy {
    package func begin(_ ids: [TrajectoryID]) async { post(.begin(ids)) }

    /// Generates the next turn; a cancelled task receives the tokens sampled so far.
    ///
    /// Throws if the engine rejects the request.
    package func complete(
        _ request: CompletionRequest, onToken: (@Sendable (GeneratedToken) -> Void)? = nil
    ) async throws -> Completion {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let caller = Caller(continuation: continuation, onToken: onToken)
                state.withLock { $0.callers[request.id] = caller }
                post(.submit(request))
                // If the task was cancelled earlier, `onCancel` posted its message before this request.
                if Task.isCancelled { post(.cancel(request.id)) }
            }
        } onCancel: {
            post(.cancel(request.id))
        }
    }

    package func end(_ id: TrajectoryID) async { post(.end(id)) }

    /// Makes `serve` return as soon as there is nothing to compute.
    package func pause() { post(.pause) }

    private func post(_ message: Message) {
        state.withLock { $0.inbox.append(message) }
        arrival.signal()
    }
}

// MARK: - Engine side

extension EnginePolicy {
    /// The messages received since the last call.
    func takeMessages() -> [Message] {
        state.withLock { state in
            defer { state.inbox = [] }
            return state.inbox
        }
    }

    /// Blocks until there may be a new message.
    func waitForMessages() { arrival.wait() }

    /// Adds the statistics of the engine since the last call.
    func record(_ statistics: RolloutStatistics) {
        state.withLock { $0.statistics = $0.statistics + statistics }
    }

    func deliver(_ event: GenerationEngine.Event) {
        switch event {
        case .token(let id, let token):
            state.withLock { $0.callers[id]?.onToken }?(token)
        case .finished(let id, let completion):
            removeCaller(id)?.continuation.resume(returning: completion)
        case .failed(let id, let error):
            removeCaller(id)?.continuation.resume(throwing: error)
        }
    }

    private func removeCaller(_ id: TrajectoryID) -> Caller? {
        state.withLock { $0.callers.removeValue(forKey: id) }
    }
}
