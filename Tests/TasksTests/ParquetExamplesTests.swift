import Agent
import CounterRandom
import Foundation
import Imaging
import Tasks
import TestFixtures
import Testing

/// Questions in the schema of the DeepEyes data, as pyarrow has written them.
@Suite struct ParquetExamplesTests {
    private static let goldens = GoldenFolder().url
    private static let files = ["published-snappy.parquet", "published-zstd.parquet"]

    private func file(_ name: String) throws -> ParquetExamples {
        try ParquetExamples(Self.goldens.appending(path: name))
    }

    @Test(arguments: files)
    func aRowIsAnExample(name: String) throws {
        let example = try file(name).example(at: 0)
        #expect(example.id == "\(name):1" && example.kind == "vstar" && example.answer == "red")
        #expect(example.tools == ["image_zoom_in_tool"] && example.rewardKind == .perception)
        #expect(example.images.map(\.size) == [ImageSize(width: 40, height: 30)])
        // The original's description of its tools gives way to the instruction of this project.
        #expect(
            example.messages == [
                .instruction,
                Example.Message(role: .user, parts: [.image(0), .text("\nWhat colour is the cup?")]),
            ])
    }

    @Test func mathematicsIsRewardedAsSuch() throws {
        let example = try file(Self.files[0]).example(at: 1)
        #expect(example.rewardKind == .mathematics && example.tools == [])
        #expect(example.messages[0] == Example.Message(role: .system, parts: [.text("Be brief.")]))
    }

    @Test func imagesStandWhereTheirMarksAre() throws {
        let example = try file(Self.files[0]).example(at: 2)
        #expect(
            example.messages[1].parts
                == [.image(0), .text("Left."), .image(1), .text("Right: what differs?")])
        #expect(example.images.map(\.size.width) == [20, 60])
    }

    @Test func withoutAMarkImagesComeFirst() throws {
        let example = try file(Self.files[0]).example(at: 8)
        #expect(example.messages.last?.parts == [.image(0), .text("No mark at all")] && example.tools == [])
    }

    @Test(arguments: files)
    func theAnswerMayStandInExtraInfo(name: String) throws {
        #expect(try file(name).example(at: 5).answer == "elsewhere")
    }

    @Test func rotatingIsOfferedWhereItWasTold() throws {
        #expect(try file(Self.files[0]).example(at: 12).tools == ["image_zoom_in_tool", "image_rotate_tool"])
    }

    @Test(arguments: files)
    func badRowsAreLeftOutAndNamed(name: String) throws {
        let rows = ExampleRows(try file(name), toleratedBadFraction: 1)
        let read = try (0..<13).compactMap { try rows.usable($0)?.id }
        #expect(read == [1, 2, 3, 6, 9, 13].map { "\(name):\($0)" })
        let bad = Dictionary(uniqueKeysWithValues: rows.badRows.map { ($0.number, $0.problem) })
        #expect(bad.keys.sorted() == [4, 5, 7, 8, 10, 11, 12])
        let words = [
            4: "cannot decode image 1", 5: "answer", 7: "2 <image> marks for 1", 8: "rag_v2",
            10: "cannot open image 1", 11: "neither bytes nor path", 12: "prompt must be a list",
        ]
        for (number, word) in words { #expect(bad[number]?.contains(word) == true, "\(bad[number] ?? "")") }
    }

    @Test func theNextRowStandsInForABadOne() throws {
        let rows = ExampleRows(try file(Self.files[0]), toleratedBadFraction: 1)
        #expect(try rows.example(at: 3).id == "published-snappy.parquet:6")
    }

    @Test func aRefusedExampleIsABadRow() throws {
        struct Refusal: Error {}
        let rows = ExampleRows(try file(Self.files[0]), toleratedBadFraction: 1) {
            if $0.kind == "vstar" { throw Refusal() }
        }
        #expect(try rows.example(at: 0).id == "published-snappy.parquet:2")
    }

    @Test func aFileWithoutTheColumnsIsNamed() throws {
        let types = Self.goldens.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "ParquetTests/Goldens/types-zstd.parquet")
        let error = #expect(throws: ExampleFileError.self) { try ParquetExamples(types) }
        #expect(
            error?.description.contains("types-zstd.parquet: lacks the column prompt, reward_model") == true)
    }

    @Test func damageWithinTheFileStopsAndNamesIt() throws {
        let folder = try TemporaryFolder()
        var bytes = [UInt8](try Data(contentsOf: Self.goldens.appending(path: Self.files[1])))
        for index in 40..<400 { bytes[index] = 0xA5 }
        let file = try folder.write(bytes, to: "damaged.parquet")
        let rows = ExampleRows(try ParquetExamples(file))
        let error = #expect(throws: ExampleFileError.self) { try rows.example(at: 0) }
        #expect(error?.path.hasSuffix("damaged.parquet") == true)
    }

    // MARK: Order

    /// A stretch for each row group of four rows.
    private func order(_ seed: UInt64) throws -> [Int32] {
        try ParquetExamples(Self.goldens.appending(path: Self.files[0]), stretchBytes: 1 << 20)
            .order(by: CounterRandom(seed: seed))
    }

    @Test func anOrderHoldsEachRowOnceAndDependsOnTheSeed() throws {
        #expect(try order(1).sorted() == (0..<13).map { $0 })
        #expect(try order(1) == order(1))
        #expect(try order(1) != order(2))
    }

    @Test func aMixtureGoesOnWhereItWas() async throws {
        func ids(_ indices: Range<Int>) async throws -> [String] {
            let rows = ExampleRows(try file(Self.files[0]), toleratedBadFraction: 1)
            let source = MixedSource([.init(rows)], seed: 5)
            var ids: [String] = []
            for index in indices { ids.append(try await source.example(at: index).id) }
            return ids
        }
        let whole = try await ids(0..<39)
        #expect(try await ids(0..<17) + ids(17..<39) == whole)
        #expect(
            Array(whole[0..<13]) != Array(whole[13..<26]) || Array(whole[0..<13]) != Array(whole[26..<39]))
    }

    @Test func windowsKeepRowsTogether() throws {
        // One row a stretch: 16 stretches a window, all 13 rows in one or two.
        let file = try ParquetExamples(Self.goldens.appending(path: Self.files[1]), stretchBytes: 1)
        let order = file.order(by: CounterRandom(seed: 3))
        #expect(order.sorted() == (0..<13).map { $0 })
        let far = zip(order, 0...).filter { abs(Int($0) - $1) >= ParquetExamples.window }
        #expect(far.isEmpty)
    }

    // MARK: Counting

    @Test func questionsAreCounted() throws {
        let rows = ExampleRows(try file(Self.files[0]), toleratedBadFraction: 1)
        var summary = ExampleSummary()
        for row in 0..<13 {
            if let example = try rows.usable(row) { summary.add(example, tokenCount: row * 10) }
        }
        #expect(summary.count == 6)
        #expect(summary.counts[.kind] == ["vstar": 4, "thinklite_eureka": 1, "chart": 1])
        #expect(summary.counts[.reward] == ["perception": 5, "mathematics": 1])
        #expect(summary.imageSizes?.minimum == ImageSize(width: 20, height: 20))
        #expect(summary.imageSizes?.median == ImageSize(width: 40, height: 30))
        #expect(summary.promptTokens?.maximum == 120)
    }

    // MARK: Files by name

    @Test func foldersAndPatternsStandForTheirFiles() throws {
        let names = try RowFiles.named(Self.goldens.path).map(\.lastPathComponent)
        #expect(names == Self.files)
        #expect(
            try RowFiles.named("\(Self.goldens.path)/*zstd*").map(\.lastPathComponent) == [Self.files[1]])
        #expect(throws: ExampleFileError.self) { try RowFiles.named("\(Self.goldens.path)/*.none") }
    }
}
