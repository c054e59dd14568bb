import Foundation
import GRDB
import Imaging
import Runs
import TestFixtures
import Testing

@Suite struct TrajectoryStoreTests {
    private let temporary: TemporaryFolder
    private let store: TrajectoryStore
    private var file: URL { temporary.file("run.sqlite") }

    init() throws {
        temporary = try TemporaryFolder()
        store = try TrajectoryStore(at: temporary.file("run.sqlite"))
    }

    /// Two steps of two groups of three; the first group of a step asks for an attribute, the second for a
    /// relation.
    private func steps(_ range: ClosedRange<Int>) -> [TrajectoryRecord] {
        range.flatMap { step in
            (0..<2).flatMap { group in
                (0..<3).map { sample in
                    TrajectoryRecord.sample(
                        step: step, group: group, sample: sample, kind: group == 0 ? "attribute" : "relation",
                        isCorrect: sample > 0, callCount: group == 0 ? sample : 0)
                }
            }
        }
    }

    @Test func aTrajectoryComesBackAsItWas() throws {
        let record = TrajectoryRecord.sample(step: 4, group: 2, sample: 1, callCount: 2)
        try store.insert([record])
        #expect(try store.trajectories(limit: 1) == [record])
    }

    @Test func bitsOfLogProbabilitiesSurvive() throws {
        var record = TrajectoryRecord.sample(step: 1)
        let values: [Float] = [-0.0, -.leastNonzeroMagnitude, -.infinity, -1.0 / 3]
        record.segments[1].logProbabilities = values
        try store.insert([record])
        let stored = try #require(try store.trajectories(limit: 1).first)
        #expect(stored.segments[1].logProbabilities.map(\.bitPattern) == values.map(\.bitPattern))
    }

    @Test func aPromptIsStoredOncePerGroup() throws {
        let record = TrajectoryRecord.sample(step: 1)
        try store.insert([record])
        let one = try size(after: [])
        let more = (1...50).map { TrajectoryRecord.sample(step: 1, sample: $0, answerTokens: 1) }
        var large = more
        for index in large.indices { large[index].group = 1 }
        for index in large.indices { large[index].segments[0].tokens = Array(repeating: 7, count: 20_000) }
        // Fifty prompts of 80 kB each would take 4 MB.
        #expect(try size(after: large) - one < 400_000)
    }

    private func size(after records: [TrajectoryRecord]) throws -> Int {
        try store.insert(records)
        try store.synchronize()
        return try Data(contentsOf: file).count
    }

    @Test func aStepIsStoredWholeOrNotAtAll() throws {
        var records = steps(1...1)
        records[5].segments[0].text = "another prompt"
        #expect(throws: RunError.self) { try store.insert(records) }
        #expect(try store.count() == 0)
    }

    @Test func theSameTrajectoryTwiceIsRefused() throws {
        try store.insert(steps(1...1))
        let error = #expect(throws: RunError.self) { try store.insert(steps(1...1)) }
        #expect(error?.code == .database)
        #expect(try store.count() == 6)
    }

    @Test func resumeDeletesWhatCameAfter() throws {
        try store.insert(steps(1...4))
        try store.removeTrajectories(after: 2)
        #expect(try store.count() == 12)
        #expect(try store.steps(of: .training) == 1...2)
        try store.insert(steps(3...4))
        #expect(try store.trajectories(limit: 100) == steps(1...4))
    }

    @Test func windingBackToTheStartDeletesAll() throws {
        try store.insert(steps(0...1))
        try store.removeTrajectories(after: nil)
        #expect(try store.count() == 0)
        #expect(try store.origins().isEmpty)
    }

    @Test func filtersSelect() throws {
        try store.insert(steps(1...4))
        #expect(try store.count(TrajectoryFilter(steps: 2...3)) == 12)
        #expect(try store.count(TrajectoryFilter(group: 1)) == 12)
        #expect(try store.count(TrajectoryFilter(kinds: ["attribute"])) == 12)
        #expect(try store.count(TrajectoryFilter(kinds: [])) == 0)
        #expect(try store.count(TrajectoryFilter(isCorrect: false)) == 8)
        #expect(try store.count(TrajectoryFilter(rewards: 0.5...3)) == 16)
        #expect(try store.count(TrajectoryFilter(callCounts: 1...2)) == 8)
        #expect(try store.count(TrajectoryFilter(exampleID: "example/2/0")) == 3)
        #expect(try store.count(TrajectoryFilter(finish: "turnLimit")) == 0)
        #expect(try store.count(TrajectoryFilter(text: "BULL'S-EYE")) == 24)
        #expect(try store.count(TrajectoryFilter(text: "%")) == 0)
        #expect(try store.count(TrajectoryFilter(text: "closer.</THINK>")) == 8)
        #expect(try store.count(TrajectoryFilter(text: "tool_response")) == 0)
        #expect(try store.count(TrajectoryFilter(sample: 2, text: "closer")) == 4)
        #expect(try store.count(TrajectoryFilter(exampleID: "example/2/0", question: "What?")) == 0)
        #expect(try store.count(TrajectoryFilter(steps: 4...4, kinds: ["relation"], isCorrect: true)) == 2)
    }

    @Test func totalsAverageWhatAFilterLetsThrough() throws {
        #expect(
            try store.totals() == TrajectoryTotals(count: 0, accuracy: nil, meanReward: nil, callRate: nil))
        try store.insert(steps(1...1))
        let totals = try store.totals(TrajectoryFilter(kinds: ["attribute"]))
        #expect(totals.count == 3)
        #expect(totals.accuracy == 2.0 / 3)
        #expect(totals.callRate == 2.0 / 3)
        #expect(totals.meanReward == 4.0 / 3)
        #expect(try store.kindNames() == ["attribute", "relation"])
        #expect(try store.finishes() == ["answered"])
    }

    @Test func aRunOfAnEarlierVersionIsReadable() throws {
        try store.insert(steps(1...1))
        try store.close()
        let database = try DatabaseQueue(path: file.path)
        try database.write { database in
            try database.execute(
                sql: """
                    DROP INDEX segment_by_text;
                    DELETE FROM grdb_migrations WHERE identifier = 'text';
                    """)
        }
        let old = try TrajectoryStore(at: file, access: .readOnly)
        #expect(try old.count(TrajectoryFilter(text: "closer")) == 2)
        try database.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('of the future')") }
        #expect(throws: RunError.self) { try TrajectoryStore(at: file, access: .readOnly) }
    }

    @Test func evaluationsAreKeptApart() throws {
        try store.insert(steps(1...1))
        try store.insert([.sample(origin: .evaluation("base"), step: 0)])
        #expect(try store.origins() == [.evaluation("base"), .training])
        #expect(try store.count(TrajectoryFilter(origin: .evaluation("base"))) == 1)
        #expect(try store.steps(of: .evaluation("trained")) == nil)
    }

    @Test func listsAreOrderedAndPaged() throws {
        try store.insert(steps(1...3))
        func places(_ order: TrajectoryOrder, limit: Int, offset: Int = 0) throws -> [[Int]] {
            try store.summaries(order: order, limit: limit, offset: offset).map {
                [$0.step, $0.group, $0.sample]
            }
        }
        #expect(try places(.oldest, limit: 2) == [[1, 0, 0], [1, 0, 1]])
        #expect(try places(.oldest, limit: 2, offset: 5) == [[1, 1, 2], [2, 0, 0]])
        #expect(try places(.newest, limit: 2) == [[3, 1, 2], [3, 1, 1]])
        #expect(try places(.mostCalls, limit: 2) == [[3, 0, 2], [2, 0, 2]])
        let rewards = try store.summaries(order: .highestReward, limit: 100).map(\.reward)
        #expect(rewards == rewards.sorted(by: >))
        #expect(try store.summaries(order: .lowestReward, limit: 100).map(\.reward) == rewards.reversed())
    }

    @Test func kindsAreAveraged() throws {
        try store.insert(steps(1...2))
        let kinds = try store.kinds()
        #expect(kinds.map(\.kind) == ["attribute", "relation"])
        #expect(kinds[0].count == 6)
        #expect(abs(kinds[0].accuracy - 2.0 / 3) < 1e-12)
        #expect(abs(kinds[0].callRate - 2.0 / 3) < 1e-12)
        #expect(kinds[1].firstBoxIoU == nil)
    }

    @Test func aReaderSeesWholeStepsWhileTheWriterGoesOn() throws {
        try store.insert(steps(1...1))
        let reader = try TrajectoryStore(at: file, access: .readOnly)
        #expect(try reader.count() == 6)
        try store.insert(steps(2...2))
        #expect(try reader.count() == 12)
        #expect(throws: RunError.self) { try reader.insert(steps(3...3)) }
        try store.close()
        #expect(try reader.count() == 12)
    }

    @Test func readingWhatIsNotThereSaysSo() throws {
        let error = #expect(throws: RunError.self) {
            try TrajectoryStore(at: temporary.file("none.sqlite"), access: .readOnly)
        }
        #expect(error?.code == .notARun)
    }

    @Test func aFileThatIsNoDatabaseIsRefused() throws {
        let other = temporary.file("other.sqlite")
        try AtomicFile.write(String(repeating: "text ", count: 1000), to: other)
        let error = #expect(throws: RunError.self) { try TrajectoryStore(at: other) }
        #expect(error?.code == .database)
        #expect(error?.path == other.path)
    }
}

@Suite struct TrajectoryRecordTests {
    @Test func overlapOfBoxes() {
        let box = Rectangle(0, 0, 10, 10)
        #expect(box.intersectionOverUnion(with: box) == 1)
        #expect(box.intersectionOverUnion(with: Rectangle(5, 0, 15, 10)) == 50.0 / 150)
        #expect(box.intersectionOverUnion(with: Rectangle(10, 0, 20, 10)) == 0)
        #expect(Rectangle(3, 3, 3, 3).intersectionOverUnion(with: Rectangle(3, 3, 3, 3)) == 0)
    }

    @Test func aBoxIsWrittenAsFourNumbers() throws {
        let data = try JSONEncoder().encode([Rectangle(1, 2, 3.5, 4)])
        #expect(String(decoding: data, as: UTF8.self) == "[[1,2,3.5,4]]")
        #expect(try JSONDecoder().decode([Rectangle].self, from: data) == [Rectangle(1, 2, 3.5, 4)])
    }

    @Test func theFirstBoxIsTheFirstThatWasCut() {
        var record = TrajectoryRecord.sample(step: 1, callCount: 2)
        record.groundTruthBoxes = [Rectangle(0, 0, 10, 10), Rectangle(100, 100, 110, 110)]
        record.calls[0].error = "inverted"
        record.calls[1].box = Rectangle(100, 100, 110, 120)
        #expect(record.firstBoxIoU == 0.5)
        record.calls[1].image = 1
        #expect(record.firstBoxIoU == 0)
        record.calls = []
        #expect(record.firstBoxIoU == nil)
    }
}
