import Agent
import CounterRandom
import Generation
import Models
import Testing

@Suite struct GenerationScheduleTests {
    private func id(_ group: Int, _ sample: Int = 0) -> TrajectoryID {
        TrajectoryID(group: group, sample: sample)
    }

    @Test func waitsForEveryoneWhoFindsAPlace() {
        var schedule = Schedule(slotCount: 2)
        _ = schedule.begin([id(2), id(0), id(1)])
        #expect(schedule.next(isFull: false) == .wait(for: [id(0), id(1)]))
        schedule.ask(id(1))
        schedule.ask(id(2))
        #expect(schedule.next(isFull: false) == .wait(for: [id(0)]))
        schedule.ask(id(0))
        #expect(schedule.next(isFull: false) == .admit(id(0)))
        schedule.admit(id(0))
        #expect(schedule.next(isFull: false) == .admit(id(1)))
        schedule.admit(id(1))
        #expect(schedule.next(isFull: false) == .iterate)
    }

    @Test func admitsTheNextWhenAPlaceIsFree() {
        var schedule = Schedule(slotCount: 1, rejoinDelay: 1)
        _ = schedule.begin([id(0), id(1)])
        schedule.ask(id(0))
        schedule.ask(id(1))
        schedule.admit(id(0))
        #expect(schedule.next(isFull: false) == .iterate)
        schedule.finishTurn(id(0))
        #expect(schedule.end(id(0)) == false)
        #expect(schedule.next(isFull: false) == .release([id(0)]))
        #expect(schedule.next(isFull: false) == .admit(id(1)))
    }

    @Test func holdsBackWhoReturnsEarly() {
        var schedule = Schedule(slotCount: 2, rejoinDelay: 3)
        _ = schedule.begin([id(0), id(1)])
        for index in 0..<2 {
            schedule.ask(id(index))
            schedule.admit(id(index))
        }
        #expect(schedule.next(isFull: false) == .iterate)
        schedule.finishTurn(id(0))
        schedule.ask(id(0))
        #expect(schedule.next(isFull: false) == .iterate)
        #expect(schedule.next(isFull: false) == .iterate)
        #expect(schedule.next(isFull: false) == .resume([id(0)]))
    }

    @Test func waitsForWhoReturnsLate() {
        var schedule = Schedule(slotCount: 2, rejoinDelay: 2)
        _ = schedule.begin([id(0), id(1)])
        for index in 0..<2 {
            schedule.ask(id(index))
            schedule.admit(id(index))
        }
        #expect(schedule.next(isFull: false) == .iterate)
        schedule.finishTurn(id(1))
        #expect(schedule.next(isFull: false) == .iterate)
        #expect(schedule.next(isFull: false) == .wait(for: [id(1)]))
        #expect(schedule.end(id(1)) == false)
        #expect(schedule.next(isFull: false) == .release([id(1)]))
        #expect(schedule.next(isFull: false) == .iterate)
    }

    @Test func skipsTheTimeInWhichNobodyRuns() {
        var schedule = Schedule(slotCount: 1, rejoinDelay: 50)
        _ = schedule.begin([id(0)])
        schedule.ask(id(0))
        schedule.admit(id(0))
        #expect(schedule.next(isFull: false) == .iterate)
        schedule.finishTurn(id(0))
        schedule.ask(id(0))
        #expect(schedule.next(isFull: false) == .resume([id(0)]))
        #expect(schedule.iteration == 50)
    }

    @Test func anAnnouncementReplacesWhoIsAboutToLeave() {
        var schedule = Schedule(slotCount: 1, rejoinDelay: 9)
        _ = schedule.begin([id(0)])
        schedule.ask(id(0))
        schedule.admit(id(0))
        #expect(schedule.next(isFull: false) == .iterate)
        #expect(schedule.begin([id(0)]) == [])
        schedule.finishTurn(id(0))
        #expect(schedule.end(id(0)) == false)
        #expect(schedule.begin([id(0)]) == [id(0)])
        #expect(schedule.next(isFull: false) == .wait(for: [id(0)]))
        schedule.ask(id(0))
        #expect(schedule.next(isFull: false) == .admit(id(0)))
    }

    @Test func leavesOutWhoEndsWithoutAsking() {
        var schedule = Schedule(slotCount: 1)
        _ = schedule.begin([id(0), id(1)])
        schedule.ask(id(1))
        #expect(schedule.end(id(0)) == true)
        #expect(schedule.next(isFull: false) == .admit(id(1)))
    }

    @Test func servesTheUnannouncedAsTheyCome() {
        var schedule = Schedule(slotCount: 4)
        schedule.ask(id(5))
        #expect(schedule.next(isFull: false) == .admit(id(5)))
        schedule.admit(id(5))
        #expect(schedule.next(isFull: false) == .iterate)
        schedule.ask(id(3))
        #expect(schedule.next(isFull: true) == .iterate)
        #expect(schedule.next(isFull: false) == .admit(id(3)))
        schedule.admit(id(3))
        schedule.finishTurn(id(5))
        #expect(schedule.next(isFull: false) == .iterate)
        #expect(schedule.end(id(5)) == true)
        #expect(schedule.end(id(3)) == true)
        #expect(schedule.next(isFull: false) == .idle)
    }

    /// Whatever the order in which messages arrive, the same trajectories take part in the same iterations.
    @Test(arguments: 1..<6) func isIndependentOfArrival(rejoinDelay: Int) {
        let histories = (0..<6).map { seed in
            history(rejoinDelay: rejoinDelay, slotCount: 3, arrival: CounterRandom(seed: UInt64(seed), 3))
        }
        #expect(histories[0].count >= 15)
        for history in histories.dropFirst() { #expect(history == histories[0]) }
    }

    /// Nine trajectories of up to four turns; turn lengths are fixed, the order of arrival is random.
    private func history(rejoinDelay: Int, slotCount: Int, arrival: CounterRandom) -> [[TrajectoryID]] {
        var arrival = arrival
        var schedule = Schedule(slotCount: slotCount, rejoinDelay: rejoinDelay)
        let ids = (0..<9).map { id($0 / 3, $0 % 3) }
        _ = schedule.begin(ids)
        var turnsLeft = Dictionary(uniqueKeysWithValues: ids.map { ($0, 1 + ($0.group + 2 * $0.sample) % 4) })
        var toSend = ids  // Those whose next message is under way.
        var left: [TrajectoryID: Int] = [:]  // Tokens left in the turns that are running.
        var history: [[TrajectoryID]] = []
        while true {
            // Some messages arrive now, in some order.
            arrival.shuffle(&toSend)
            for _ in 0..<arrival.integer(below: toSend.count + 1) { send(toSend.removeLast()) }
            switch schedule.next(isFull: false) {
            case .wait: if let late = toSend.popLast() { send(late) }
            case .idle: return history
            case .release: continue
            case .resume(let ids): for id in ids { start(id) }
            case .admit(let id):
                schedule.admit(id)
                start(id)
            case .iterate:
                history.append(left.keys.sorted())
                for id in left.keys.sorted() {
                    left[id]! -= 1
                    guard left[id] == 0 else { continue }
                    left[id] = nil
                    schedule.finishTurn(id)
                    toSend.append(id)
                }
            }
        }

        func send(_ id: TrajectoryID) {
            if turnsLeft[id] == 0 { _ = schedule.end(id) } else { schedule.ask(id) }
        }

        func start(_ id: TrajectoryID) {
            turnsLeft[id]! -= 1
            left[id] = 1 + (3 * id.group + 5 * id.sample + turnsLeft[id]!) % 4
        }
    }
}
