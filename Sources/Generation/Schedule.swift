package import Agent

/// Decides which trajectories are in which iteration, so that results are reproducible.
///
/// The rounding of a matrix product depends on its number of rows, so results are reproducible only if every batch has
/// the same composition in every run. Time is therefore counted in iterations. A message takes effect at an iteration
/// that does not depend on its time of arrival:
/// - Trajectories are admitted to slots in the order of announcement and id, and keep their slot until they end. While
///   a slot is free, no iteration starts before the next trajectory in that order has sent its request.
/// - A trajectory that finishes a turn in iteration `i` rejoins in iteration `i + rejoinDelay`. If it has neither sent a
///   request nor ended by then, the schedule waits for it. An earlier request is held until then.
///
/// Trajectories that were not announced are served in order of arrival.
///
/// Each announced trajectory must send a request or end. As many of them as there are slots must be able to send requests
/// concurrently, in the order of their ids; otherwise the schedule waits forever. An announcement while other
/// trajectories are running takes effect on arrival.
package struct Schedule: Sendable {
    /// The next action of the engine.
    package enum Decision: Hashable, Sendable {
        /// Free the state of these trajectories, which have ended.
        case release([TrajectoryID])
        /// Start the next turn of these trajectories.
        case resume([TrajectoryID])
        /// Call `admit` and start the first turn of this trajectory; without room, call `next` with `isFull`.
        case admit(TrajectoryID)
        /// Run an iteration.
        case iterate
        /// Call `next` again when these trajectories have sent a request or ended.
        case wait(for: [TrajectoryID])
        /// There are no requests.
        case idle
    }

    fileprivate enum Message { case none, request, end }

    fileprivate struct Entry {
        let isAnnounced: Bool
        var isRunning = false
        /// Iteration in which the next message takes effect.
        var due = 0
        var message = Message.none
    }

    /// Maximum number of admitted trajectories.
    package let slotCount: Int
    /// Number of iterations from the last one of a turn to the first one of the next turn; at least 1.
    package let rejoinDelay: Int
    /// Index of the next iteration.
    package private(set) var iteration = 0

    /// Trajectories that hold a slot.
    private var admitted: [TrajectoryID: Entry] = [:]
    /// Trajectories that wait for a slot.
    private var queued: [TrajectoryID: Entry] = [:]
    /// The order of admission; ids that are no longer in `queued` are skipped.
    private var queue: [TrajectoryID] = []
    private var queueStart = 0
    private var queuedInGroup: [Int: Int] = [:]
    private var announcedSizes: [Int: Int] = [:]
    private var runningCount = 0

    package init(slotCount: Int, rejoinDelay: Int = 2) {
        precondition(
            slotCount > 0 && rejoinDelay > 0,
            "a schedule needs a slot and a delay of at least 1: \(slotCount) slots, delay \(rejoinDelay)")
        self.slotCount = slotCount
        self.rejoinDelay = rejoinDelay
    }

    /// Whether `id` has a turn in progress or a pending request.
    package func isBusy(_ id: TrajectoryID) -> Bool {
        guard let entry = admitted[id] ?? queued[id] else { return false }
        return entry.isRunning || entry.message == .request
    }

    /// Whether `id` was announced together with others of its group.
    ///
    /// This does not depend on the state of the others, which depends on time.
    package func wasAnnouncedWithGroup(_ id: TrajectoryID) -> Bool {
        guard let entry = admitted[id] ?? queued[id], entry.isAnnounced else { return false }
        return announcedSizes[id.group, default: 1] > 1
    }

    /// Number of announced trajectories of a group that are not admitted yet.
    package func queuedCount(inGroup group: Int) -> Int { queuedInGroup[group] ?? 0 }
}

// MARK: Messages

extension Schedule {
    /// Announces trajectories that will send requests; trajectories that are already known are not changed.
    ///
    /// - Returns: the trajectories among them whose pending end takes effect now; their state can be freed.
    package mutating func begin(_ ids: [TrajectoryID]) -> [TrajectoryID] {
        let ids = Set(ids).sorted()
        let ended = ids.filter { admitted[$0]?.message == .end }
        for id in ended { remove(id) }
        for (group, members) in Dictionary(grouping: ids, by: \.group) {
            announcedSizes[group] = members.count
        }
        for id in ids where admitted[id] == nil && queued[id] == nil {
            enqueue(id, Entry(isAnnounced: true))
        }
        return ended
    }

    /// Receives the request of `id` for its next turn; `id` must not be busy.
    package mutating func ask(_ id: TrajectoryID) {
        precondition(!isBusy(id), "\(id) sends a request before its previous one is completed")
        if admitted[id] != nil {
            admitted[id]?.message = .request
        } else {
            if queued[id] == nil { enqueue(id, Entry(isAnnounced: false)) }
            queued[id]?.message = .request
        }
    }

    /// Receives the end of `id`.
    ///
    /// - Returns: true if it is removed immediately; otherwise a later `release` decision contains it.
    package mutating func end(_ id: TrajectoryID) -> Bool {
        if let entry = admitted[id], entry.isAnnounced, !entry.isRunning {
            admitted[id]?.message = .end
            return false
        }
        remove(id)
        return true
    }

    /// Removes `id` immediately in any state.
    package mutating func remove(_ id: TrajectoryID) {
        if let entry = admitted.removeValue(forKey: id) {
            runningCount -= entry.isRunning ? 1 : 0
        } else if let entry = queued.removeValue(forKey: id), entry.isAnnounced {
            countQueued(id.group, by: -1)
        }
    }

    /// Admits `id`, the trajectory of the last `admit` decision, to a slot.
    package mutating func admit(_ id: TrajectoryID) {
        guard var entry = queued.removeValue(forKey: id) else {
            preconditionFailure("\(id) is admitted but not queued")
        }
        if entry.isAnnounced { countQueued(id.group, by: -1) }
        entry.isRunning = true
        entry.message = .none
        admitted[id] = entry
        runningCount += 1
    }

    /// Records that the turn of `id` has ended in the last iteration.
    package mutating func finishTurn(_ id: TrajectoryID) {
        guard var entry = admitted[id], entry.isRunning else { return }
        entry.isRunning = false
        entry.due = entry.isAnnounced ? iteration - 1 + rejoinDelay : iteration
        admitted[id] = entry
        runningCount -= 1
    }

    private mutating func enqueue(_ id: TrajectoryID, _ entry: Entry) {
        queued[id] = entry
        queue.append(id)
        if entry.isAnnounced { countQueued(id.group, by: 1) }
    }

    private mutating func countQueued(_ group: Int, by difference: Int) {
        let count = queuedCount(inGroup: group) + difference
        queuedInGroup[group] = count == 0 ? nil : count
    }
}

// MARK: Decisions

extension Schedule {
    /// The next decision, which must be carried out before the next call.
    ///
    /// - Parameter isFull: whether there is no room for another trajectory before the next iteration.
    package mutating func next(isFull: Bool) -> Decision {
        while true {
            let late = admitted(where: { $0.isLate(at: iteration) })
            if !late.isEmpty { return .wait(for: late) }
            let ended = admitted(where: { $0.takesEffect(.end, at: iteration) })
            if !ended.isEmpty {
                for id in ended { remove(id) }
                return .release(ended)
            }
            let resumed = admitted(where: { $0.takesEffect(.request, at: iteration) })
            if !resumed.isEmpty {
                for id in resumed { resume(id) }
                return .resume(resumed)
            }
            if !isFull, admitted.count < slotCount, let decision = firstInQueue() { return decision }
            if runningCount > 0 {
                iteration += 1
                return .iterate
            }
            guard skipToNextRejoin() else { return .idle }
        }
    }

    /// Advances to the iteration in which the next trajectory rejoins.
    ///
    /// - Returns: false if there is none.
    private mutating func skipToNextRejoin() -> Bool {
        let away = admitted.values.lazy.filter { $0.isAnnounced && !$0.isRunning }
        guard let next = away.map(\.due).min() else { return false }
        iteration = max(iteration, next)
        return true
    }

    private func admitted(where condition: (Entry) -> Bool) -> [TrajectoryID] {
        admitted.compactMap { condition($0.value) ? $0.key : nil }.sorted()
    }

    private mutating func resume(_ id: TrajectoryID) {
        admitted[id]?.isRunning = true
        admitted[id]?.message = .none
        runningCount += 1
    }

    private mutating func firstInQueue() -> Decision? {
        while queueStart < queue.count, queued[queue[queueStart]] == nil { queueStart += 1 }
        if queueStart > 1024 && queueStart * 2 > queue.count {
            queue.removeFirst(queueStart)
            queueStart = 0
        }
        guard queueStart < queue.count else { return nil }
        let first = queue[queueStart]
        if queued[first]?.message == .request { return .admit(first) }
        let next = queue[queueStart...].lazy.filter { [queued] id in
            queued[id].map { $0.message == .none } ?? false
        }
        return .wait(for: Array(next.prefix(slotCount - admitted.count)))
    }
}

extension Schedule.Entry {
    fileprivate func isLate(at iteration: Int) -> Bool {
        isAnnounced && !isRunning && due <= iteration && message == .none
    }

    fileprivate func takesEffect(_ awaited: Schedule.Message, at iteration: Int) -> Bool {
        message == awaited && !isRunning && due <= iteration
    }
}
