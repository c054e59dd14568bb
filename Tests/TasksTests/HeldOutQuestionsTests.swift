import Agent
import CounterRandom
import Foundation
import Tasks
import Testing

/// What is held out is never trained on, and is the same each time.
@Suite struct HeldOutQuestionsTests {
    private func file(_ count: Int, bad: Set<Int> = []) throws -> any RowFile {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let url = folder.appending(path: "rows.jsonl")
        let rows = (0..<count).map { index in
            bad.contains(index)
                ? "{}"
                : #"{"id": "\#(index)", "answer": "a", "messages": [{"role": "user", "content": "\#(index)?"}]}"#
        }
        try Data(rows.joined(separator: "\n").utf8).write(to: url)
        return try RowFiles.open(url)
    }

    @Test(arguments: [(200, 0.05, 10), (10, 0.01, 1), (2, 0.9, 1), (1, 0.5, 0), (1000, 0.0005, 1)])
    func aFractionIsHeldOut(count: Int, fraction: Double, expected: Int) {
        let split = HeldOutSplit(of: count, fraction: fraction, seed: 3, file: 0)
        #expect(split.heldOut.count == expected)
        #expect((split.training + split.heldOut).sorted() == Array(0..<count))
        #expect(split == HeldOutSplit(of: count, fraction: fraction, seed: 3, file: 0))
    }

    @Test func seedAndFileDrawOtherRows() {
        let splits = [(3, 0), (4, 0), (3, 1)].map {
            HeldOutSplit(of: 500, fraction: 0.1, seed: $0.0, file: $0.1).heldOut
        }
        #expect(Set(splits).count == 3)
    }

    /// A bad row is replaced by the one after it, which must not be one that is held out.
    @Test func noHeldOutRowIsEverTrainedOn() throws {
        let file = try file(40, bad: [3, 4, 20])
        let split = HeldOutSplit(of: 40, fraction: 0.4, seed: 1, file: 0)
        let training = ExampleRows(file, rows: split.training, toleratedBadFraction: 1)
        let heldOut = Set(split.heldOut.map(String.init))
        #expect(training.count == 24)
        for index in 0..<72 { #expect(!heldOut.contains(try training.example(at: index).id)) }
        let order = training.order(by: CounterRandom(seed: 5))
        #expect(order.map(Int.init).sorted() == Array(0..<24))
    }

    @Test func theHeldOutRowsOfAllFilesComeInOneOrder() throws {
        let files = try [file(30), file(30)]
        let parts = files.map { (file: ExampleRows($0), rows: [1, 2, 3, 4, 5, 6, 7, 8]) }
        let questions = HeldOutQuestions(parts, seed: 1)
        #expect(questions.count == 16)
        let ids = try (0..<16).map { try questions.example(at: $0).id }
        #expect(Dictionary(grouping: ids) { $0 }.mapValues(\.count).allSatisfy { $0.value == 2 })
        #expect(try (0..<16).map { try HeldOutQuestions(parts, seed: 1).example(at: $0).id } == ids)
    }

    @Test func aBadRowNamesFileAndLine() throws {
        let file = try file(4, bad: [2])
        let questions = HeldOutQuestions(
            [(file: ExampleRows(file, toleratedBadFraction: 1), rows: [2])], seed: 1)
        let error = #expect(throws: RowError.self) { try questions.example(at: 0) }
        #expect(error?.problem.contains("rows.jsonl:3: ") == true)
    }
}
