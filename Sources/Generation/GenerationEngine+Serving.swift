import Agent
import Rollout

extension GenerationEngine {
    /// Serves the requests of `policy` on this thread until the policy is paused.
    ///
    /// Blocks the thread while there is nothing to compute.
    package func serve(_ policy: EnginePolicy) {
        var isPaused = false
        while true {
            for message in policy.takeMessages() { isPaused = receive(message) || isPaused }
            let (progress, events) = step()
            policy.record(takeStatistics())
            for event in events { policy.deliver(event) }
            if progress == .ran { continue }
            if isPaused { return }
            let start = ContinuousClock.now
            policy.waitForMessages()
            if case .waiting = progress { statistics.waitingTime += ContinuousClock.now - start }
        }
    }

    /// - Returns: whether the message is `pause`.
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
}
