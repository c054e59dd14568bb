import HTTPTypes
import Synchronization

/// Limits the number of concurrent requests. Further requests are rejected with 429 instead of queued without bound.
package final class Admission: Sendable {
    private struct State {
        var taken = 0
        /// Moving average of the time per answer.
        var seconds = 1.0
    }

    /// Maximum number of concurrent requests.
    package let limit: Int
    /// How many requests the model processes in parallel; the others wait.
    private let parallel: Int
    private let state = Mutex(State())

    package init(limit: Int, parallel: Int) {
        self.limit = limit
        self.parallel = max(1, parallel)
    }

    /// One admitted request, held until it is released or deallocated.
    final class Slot: Sendable {
        private let admission: Admission
        private let start = ContinuousClock.now
        private let isHeld = Mutex(true)

        fileprivate init(_ admission: Admission) { self.admission = admission }

        deinit { release() }

        func release() {
            let wasHeld = isHeld.withLock { isHeld in
                defer { isHeld = false }
                return isHeld
            }
            if wasHeld { admission.leave(after: (ContinuousClock.now - start) / .seconds(1)) }
        }
    }

    /// - Throws: ``APIError`` with status 429 and a retry time.
    func enter() throws(APIError) -> Slot {
        let wait = state.withLock { state -> Double? in
            guard state.taken >= limit else {
                state.taken += 1
                return nil
            }
            return state.seconds * Double(limit) / Double(parallel)
        }
        guard let wait else { return Slot(self) }
        throw APIError(
            status: 429, .overloaded,
            "the server is processing \(limit) requests, its maximum; try again later",
            code: "server_overloaded", headers: [.retryAfter: "\(max(1, Int(wait.rounded(.up))))"])
    }

    private func leave(after seconds: Double) {
        state.withLock { state in
            state.taken -= 1
            state.seconds += (seconds - state.seconds) / 16
        }
    }

    var takenCount: Int { state.withLock { $0.taken } }
}
