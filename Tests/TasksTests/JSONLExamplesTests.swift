import Agent
import Foundation
import Imaging
import Tasks
import TestFixtures
import Testing

/// Questions read from JSONL files.
@Suite struct JSONLExamplesTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(Self.picture, to: "a.png")
    }

    private static var picture: [UInt8] {
        get throws { try Image(size: ImageSize(width: 40, height: 30), filledWith: .black).encodedPNG() }
    }

    private func row(_ question: String, image: String = "a.png", extra: String = "") -> String {
        #"{"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "\#(image)"}}, "#
            + #"{"type": "text", "text": "\#(question)"}]}], "answer": "yes"\#(extra)}"#
    }

    private func file(_ lines: [String], toleratedBadFraction: Double = 0.01) throws -> ExampleRows {
        let url = try folder.write(lines.joined(separator: "\n"), to: "rows.jsonl")
        return ExampleRows(try JSONLExamples(url), toleratedBadFraction: toleratedBadFraction)
    }

    @Test func aRowIsAnExample() throws {
        let rows = try file([
            row(
                "What?",
                extra:
                    #", "id": "7", "kind": "shape", "tools": ["image_zoom_in_tool"], "boxes": [[1, 2, 3, 4]], "#
                    + #""reward": "mathematics""#), "",
            row("Where?"),
        ])
        #expect(rows.count == 2)
        let first = try rows.example(at: 0)
        #expect(first.id == "7" && first.kind == "shape" && first.rewardKind == .mathematics)
        #expect(first.tools == ["image_zoom_in_tool"] && first.groundTruthBoxes == [Rectangle(1, 2, 3, 4)])
        #expect(first.question == "What?" && first.images.map(\.size) == [ImageSize(width: 40, height: 30)])
        let second = try rows.example(at: 1)
        #expect(second.id == "rows.jsonl:3" && second.kind == "question" && second.tools == [])
        #expect(try rows.example(at: 2).id == "7")
    }

    @Test func imagesMayBeDataURIs() throws {
        let address = "data:image/png;base64," + Data(try Self.picture).base64EncodedString()
        #expect(try file([row("What?", image: address)]).example(at: 0).images[0].size.width == 40)
    }

    @Test func exportedScenesAreRead() async throws {
        let scenes = try VisualSearch(VisualSearchConfiguration(), seed: 3, split: .training, count: 3)
        let exported = folder.file("scenes")
        try await scenes.export(0..<3, to: exported)
        let rows = ExampleRows(try JSONLExamples(exported.appending(path: "examples.jsonl")))
        for index in 0..<3 {
            let (written, read) = (scenes.example(at: index), try rows.example(at: index))
            #expect(read.id == written.id && read.answer == written.answer && read.tools == written.tools)
            #expect(read.question == written.question && read.groundTruthBoxes == written.groundTruthBoxes)
            #expect(read.images.map(\.size) == written.images.map(\.size))
        }
    }

    @Test(arguments: [
        ("[", "not valid JSON"), (#"{"answer": "yes"}"#, "messages is missing"),
        (#"{"messages": [{"role": "user", "content": "x"}]}"#, "answer is missing"),
        (#"{"messages": [{"role": "user", "content": "x"}], "answer": ""}"#, "answer is empty"),
        (#"{"messages": [{"role": "assistant", "content": "x"}], "answer": "y"}"#, "not the user's"),
        (#"{"messages": [{"role": "user", "content": [{"type": "video"}]}], "answer": "y"}"#, "video"),
        (
            #"{"messages": [{"role": "user", "content": [{"type": "image", "image": "b.png"}]}], "answer": "y"}"#,
            "b.png"
        ),
        (
            #"{"messages": [{"role": "user", "content": [{"type": "image", "image": "data:x,y"}]}], "answer": "y"}"#,
            "base64"
        ),
        (#"{"messages": [{"role": "user", "content": "x"}], "answer": "y", "boxes": [[1, 2]]}"#, "2 numbers"),
    ])
    func aBadRowIsLeftOutAndNamed(line: String, problem: String) throws {
        let rows = try file([row("One?"), line, row("Two?")], toleratedBadFraction: 0.5)
        #expect(try (0..<4).map { try rows.example(at: $0).question } == ["One?", "Two?", "Two?", "One?"])
        #expect(rows.badRows.map(\.number) == [2])
        #expect(rows.badRows[0].problem.contains(problem), "\(rows.badRows[0].problem)")
    }

    @Test func tooManyBadRowsStop() throws {
        let rows = try file([row("One?")] + Array(repeating: "[", count: 5), toleratedBadFraction: 0.3)
        let error = #expect(throws: ExampleFileError.self) {
            for index in 0..<6 { _ = try rows.example(at: index) }
        }
        #expect(error?.description.contains("rows.jsonl: 2 of 6 rows cannot be used") == true)
    }

    @Test func aFileThatIsNoneIsNamed() throws {
        let error = #expect(throws: ExampleFileError.self) {
            try JSONLExamples(folder.file("none.jsonl"))
        }
        #expect(error?.description.contains("none.jsonl: cannot be read") == true)
        #expect(throws: ExampleFileError.self) { try file(["", "  "]) }
    }
}

/// Several sources in one.
@Suite struct MixedSourceTests {
    /// Counts up to where it ends.
    private struct Numbers: ExampleSource {
        let name: String
        let count: Int?

        func example(at index: Int) async throws -> Example {
            Example(id: "\(name)\(index)", messages: [], images: [], answer: "", kind: name)
        }
    }

    private func mixture(seed: UInt64 = 1) -> MixedSource {
        MixedSource(
            [
                .init(Numbers(name: "a", count: 7), weight: 3),
                .init(Numbers(name: "b", count: nil), weight: 1),
            ],
            seed: seed)
    }

    private func ids(_ source: MixedSource, _ indices: some Sequence<Int>) async throws -> [String] {
        var ids: [String] = []
        for index in indices { ids.append(try await source.example(at: index).id) }
        return ids
    }

    @Test func weightsAreKeptAndEachRoundHoldsEachRowOnce() async throws {
        let ids = try await ids(mixture(), 0..<2000)
        let (a, b) = (ids.filter { $0.hasPrefix("a") }, ids.filter { $0.hasPrefix("b") })
        #expect(a.count == 1500 && b.count == 500)
        #expect(b == (0..<500).map { "b\($0)" })
        for round in 0..<214 { #expect(Set(a[round * 7..<round * 7 + 7]).count == 7) }
        #expect(Array(a[0..<7]) != Array(a[7..<14]) || Array(a[0..<7]) != Array(a[14..<21]))
    }

    @Test func anIndexNamesTheSameExampleInAnyOrder() async throws {
        let forward = try await ids(mixture(), 0..<300)
        let backward = try await ids(mixture(), (0..<300).reversed())
        #expect(forward == backward.reversed())
        #expect(try await ids(mixture(seed: 2), 0..<300) != forward)
    }

    @Test func smallWeightsAreNotLost() async throws {
        let source = MixedSource(
            [
                .init(Numbers(name: "a", count: nil), weight: 1),
                .init(Numbers(name: "b", count: nil), weight: 1e-6),
            ],
            seed: 1)
        let ids = try await ids(source, 0..<1000)
        #expect(ids.filter { $0.hasPrefix("b") }.count == 1)
    }
}
