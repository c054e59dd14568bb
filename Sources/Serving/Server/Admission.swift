import Synchronization

/// How many requests are worked on at a time; more are turned away rather than made to wait without end.
package final class Admission: Sendable {
    private struct State {
        var taken = 0
        /// Mean time of an answer in seconds, of the recent ones.
        var seconds = 1.0
    }

    /// Most requests at a time.
    package let limit: Int
    /// How many of them the model works on side by side; the others wait for it.
    private let parallel: Int
    private let state = Mutex(State())

    package init(limit: Int, parallel: Int) {
        self.limit = limit
        self.parallel = max(1, parallel)
    }

    /// A place, held until it is released or forgotten.
    final class Place: Sendable {
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

    /// - Throws: ``APIError`` with status 429 that says when to come back.
    func enter() throws(APIError) -> Place {
        let wait = state.withLock { state -> Double? in
            guard state.taken >= limit else {
                state.taken += 1
                return nil
            }
            return state.seconds * Double(limit) / Double(parallel)
        }
        guard let wait else { return Place(self) }
        throw APIError(
            status: 429, .overloaded, "\(limit) requests are being worked on; try again later",
            code: "server_overloaded", retryAfterSeconds: max(1, Int(wait.rounded(.up))))
    }

    private func leave(after seconds: Double) {
        state.withLock { state in
            state.taken -= 1
            state.seconds += (seconds - state.seconds) / 16
        }
    }

    var takenCount: Int { state.withLock { $0.taken } }
}
