package import Agent

/// Which trajectories take part in which iteration.
///
/// The rounding of a matrix product depends on how many rows it has, so results are reproducible only if the
/// composition of every batch is. Therefore time is counted in iterations, and what arrives from outside takes effect
/// at an iteration that does not depend on when it arrived:
/// - A trajectory gets a place in the order of announcement and id, and keeps it until it ends. As long as a place is
///   free, no iteration begins before the trajectory whose turn it is has asked.
/// - A trajectory that finishes a turn in iteration `i` is expected back in iteration `i + rejoinDelay`. If it has
///   neither asked nor ended by then, the schedule waits for it; if it has been quicker, it is held back.
///
/// Trajectories that were not announced are served as they come. Those that were announced must each ask or end, and
/// as many as there are places must be able to ask at the same time, in the order of their ids: otherwise the
/// schedule waits for ever. An announcement made while others are under way takes effect when it arrives.
package struct Schedule: Sendable {
    /// What to do next.
    package enum Decision: Hashable, Sendable {
        /// Free what is kept for these; they are gone.
        case release([TrajectoryID])
        /// Begin a further turn of these.
        case resume([TrajectoryID])
        /// Begin the first turn of this one and say so with `admit`, or ask on with `isFull`.
        case admit(TrajectoryID)
        /// Run an iteration.
        case iterate
        /// Ask again when these have asked or ended.
        case wait(for: [TrajectoryID])
        /// Nobody asks for anything.
        case idle
    }

    fileprivate enum Message { case none, request, end }

    fileprivate struct Entry {
        let isAnnounced: Bool
        var isRunning = false
        /// Iteration in which its next message takes effect.
        var due = 0
        var message = Message.none
    }

    /// Most trajectories that hold a place at a time.
    package let placeCount: Int
    /// Iterations from the one that ends a turn to the first of the next turn; at least 1.
    package let rejoinDelay: Int
    /// Number of the next iteration.
    package private(set) var iteration = 0

    private var placed: [TrajectoryID: Entry] = [:]
    private var unplaced: [TrajectoryID: Entry] = [:]
    /// Those without a place in the order in which they get one; those that are gone are skipped.
    private var queue: [TrajectoryID] = []
    private var queueStart = 0
    private var unplacedInGroup: [Int: Int] = [:]
    private var announcedSizes: [Int: Int] = [:]
    private var runningCount = 0

    package init(placeCount: Int, rejoinDelay: Int = 2) {
        precondition(
            placeCount > 0 && rejoinDelay > 0, "\(placeCount) places, rejoining after \(rejoinDelay)")
        self.placeCount = placeCount
        self.rejoinDelay = rejoinDelay
    }

    /// Whether `id` is in a turn or has asked for one.
    package func isBusy(_ id: TrajectoryID) -> Bool {
        guard let entry = placed[id] ?? unplaced[id] else { return false }
        return entry.isRunning || entry.message == .request
    }

    /// Whether `id` was announced together with others of its group.
    ///
    /// This does not depend on what has become of the others, which would be a matter of time.
    package func isOneOfAGroup(_ id: TrajectoryID) -> Bool {
        guard let entry = placed[id] ?? unplaced[id], entry.isAnnounced else { return false }
        return announcedSizes[id.group, default: 1] > 1
    }

    /// Number of trajectories of a group that were announced and hold no place yet.
    package func unplacedCount(inGroup group: Int) -> Int { unplacedInGroup[group] ?? 0 }
}

// MARK: Messages

extension Schedule {
    /// Announces trajectories that will ask; those that are under way stay as they are.
    ///
    /// - Returns: those whose end had not taken effect yet, and now has: what is kept for them can be freed.
    package mutating func begin(_ ids: [TrajectoryID]) -> [TrajectoryID] {
        let ids = Set(ids).sorted()
        let ended = ids.filter { placed[$0]?.message == .end }
        for id in ended { remove(id) }
        for (group, members) in Dictionary(grouping: ids, by: \.group) {
            announcedSizes[group] = members.count
        }
        for id in ids where placed[id] == nil && unplaced[id] == nil {
            enqueue(id, Entry(isAnnounced: true))
        }
        return ended
    }

    /// `id`, which must not be busy, asks for its next turn.
    package mutating func ask(_ id: TrajectoryID) {
        precondition(!isBusy(id), "\(id) asks again before its last request is answered")
        if placed[id] != nil {
            placed[id]?.message = .request
        } else {
            if unplaced[id] == nil { enqueue(id, Entry(isAnnounced: false)) }
            unplaced[id]?.message = .request
        }
    }

    /// `id` will not ask again.
    ///
    /// - Returns: whether it is gone at once; otherwise a later `release` names it.
    package mutating func end(_ id: TrajectoryID) -> Bool {
        if let entry = placed[id], entry.isAnnounced, !entry.isRunning {
            placed[id]?.message = .end
            return false
        }
        remove(id)
        return true
    }

    /// Takes `id` out at once, whatever it is doing.
    package mutating func remove(_ id: TrajectoryID) {
        if let entry = placed.removeValue(forKey: id) {
            runningCount -= entry.isRunning ? 1 : 0
        } else if let entry = unplaced.removeValue(forKey: id), entry.isAnnounced {
            countUnplaced(id.group, by: -1)
        }
    }

    /// Gives `id`, the subject of the last decision, a place.
    package mutating func admit(_ id: TrajectoryID) {
        guard var entry = unplaced.removeValue(forKey: id) else {
            preconditionFailure("\(id) is admitted without having asked")
        }
        if entry.isAnnounced { countUnplaced(id.group, by: -1) }
        entry.isRunning = true
        entry.message = .none
        placed[id] = entry
        runningCount += 1
    }

    /// The turn of `id` has ended in the iteration that has just been run.
    package mutating func finishTurn(_ id: TrajectoryID) {
        guard var entry = placed[id], entry.isRunning else { return }
        entry.isRunning = false
        entry.due = entry.isAnnounced ? iteration - 1 + rejoinDelay : iteration
        placed[id] = entry
        runningCount -= 1
    }

    private mutating func enqueue(_ id: TrajectoryID, _ entry: Entry) {
        unplaced[id] = entry
        queue.append(id)
        if entry.isAnnounced { countUnplaced(id.group, by: 1) }
    }

    private mutating func countUnplaced(_ group: Int, by difference: Int) {
        let count = unplacedCount(inGroup: group) + difference
        unplacedInGroup[group] = count == 0 ? nil : count
    }
}

// MARK: Decisions

extension Schedule {
    /// The next thing to do, to be carried out before asking again; `isFull` says that there is no room for another
    /// trajectory before the next iteration.
    package mutating func next(isFull: Bool) -> Decision {
        while true {
            let late = placed(where: { $0.isLate(at: iteration) })
            if !late.isEmpty { return .wait(for: late) }
            let ended = placed(where: { $0.takesEffect(.end, at: iteration) })
            if !ended.isEmpty {
                for id in ended { remove(id) }
                return .release(ended)
            }
            let resumed = placed(where: { $0.takesEffect(.request, at: iteration) })
            if !resumed.isEmpty {
                for id in resumed { resume(id) }
                return .resume(resumed)
            }
            if !isFull, placed.count < placeCount, let decision = firstInQueue() { return decision }
            if runningCount > 0 {
                iteration += 1
                return .iterate
            }
            guard skipToNextReturn() else { return .idle }
        }
    }

    /// Moves on to the iteration in which the next trajectory is expected back.
    ///
    /// - Returns: false if none is.
    private mutating func skipToNextReturn() -> Bool {
        let away = placed.values.lazy.filter { $0.isAnnounced && !$0.isRunning }
        guard let next = away.map(\.due).min() else { return false }
        iteration = max(iteration, next)
        return true
    }

    private func placed(where condition: (Entry) -> Bool) -> [TrajectoryID] {
        placed.compactMap { condition($0.value) ? $0.key : nil }.sorted()
    }

    private mutating func resume(_ id: TrajectoryID) {
        placed[id]?.isRunning = true
        placed[id]?.message = .none
        runningCount += 1
    }

    private mutating func firstInQueue() -> Decision? {
        while queueStart < queue.count, unplaced[queue[queueStart]] == nil { queueStart += 1 }
        if queueStart > 1024 && queueStart * 2 > queue.count {
            queue.removeFirst(queueStart)
            queueStart = 0
        }
        guard queueStart < queue.count else { return nil }
        let first = queue[queueStart]
        if unplaced[first]?.message == .request { return .admit(first) }
        let next = queue[queueStart...].lazy.filter { [unplaced] id in
            unplaced[id].map { $0.message == .none } ?? false
        }
        return .wait(for: Array(next.prefix(placeCount - placed.count)))
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
