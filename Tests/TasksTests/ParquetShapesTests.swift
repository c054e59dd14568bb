import Agent
import Foundation
import Imaging
import Parquet
import Tasks
import TestFixtures
import Testing

/// Columns of Parquet files in other shapes than those of the published data.
@Suite struct ParquetShapesTests {
    private static let prompt = ColumnType.list(
        .structure([.init("role", .string), .init("content", .string)]))
    private static let answer = ColumnType.structure([.init("ground_truth", .string)])

    private static var picture: [UInt8] {
        get throws { try Image(size: ImageSize(width: 40, height: 30), filledWith: .black).encodedPNG() }
    }

    private static func asked(_ text: String) -> ColumnValue {
        .list([.structure(["role": .string("user"), "content": .string(text)])])
    }

    /// The first example of a file with these columns.
    private func example(_ columns: [ColumnType.Column], _ row: Row) throws -> Example {
        let folder = try TemporaryFolder()
        try folder.write(Self.picture, to: "a.png")
        let defaults: Row = [
            "prompt": Self.asked("<image>What?"),
            "reward_model": .structure(["ground_truth": .string("red")]),
        ]
        let rest: [ColumnType.Column] = [.init("prompt", Self.prompt), .init("reward_model", Self.answer)]
        let names = Set(columns.map(\.name))
        let path = folder.path("rows.parquet")
        let writer = try ParquetWriter(path, columns: columns + rest.filter { !names.contains($0.name) })
        try writer.append([defaults.merging(row) { $1 }])
        try writer.finish()
        return try ParquetExamples(URL(filePath: path)).example(at: 0)
    }

    @Test func imagesAreBytesOrPathsInAListOrAlone() throws {
        let (bytes, path) = (ColumnValue.bytes(try Self.picture), ColumnValue.string("a.png"))
        let shapes: [(String, ColumnType, ColumnValue)] = [
            ("images", .list(.bytes), .list([bytes])), ("images", .list(.string), .list([path])),
            ("image", .bytes, bytes), ("image", .string, path),
            (
                "image", .structure([.init("bytes", .bytes), .init("path", .string)]),
                .structure(["bytes": bytes])
            ),
        ]
        for (name, type, value) in shapes {
            let read = try example([.init(name, type)], [name: value])
            #expect(read.messages.last?.parts == [.image(0), .text("What?")])
            #expect(read.images.map(\.size.width) == [40])
        }
    }

    /// pandas writes NaN for a missing value.
    @Test func notANumberIsNoImage() throws {
        let column = [ColumnType.Column("images", .number)]
        let read = try example(column, ["images": .number(.nan), "prompt": Self.asked("What?")])
        #expect(read.images.isEmpty)
        let error = #expect(throws: RowError.self) { try example(column, ["images": .number(.nan)]) }
        #expect(error?.problem == "the messages have 1 <image> marks for 0 images")
        let number = #expect(throws: RowError.self) { try example(column, ["images": .number(3)]) }
        #expect(number?.problem.contains("images must be bytes, a path or both, not a number") == true)
    }

    @Test func contentMayBeParts() throws {
        let parts = ColumnType.list(.structure([.init("type", .string), .init("text", .string)]))
        let content = ColumnValue.list([
            .structure(["type": .string("image"), "text": .null]),
            .structure(["type": .string("text"), "text": .string("What?")]),
        ])
        let read = try example(
            [
                .init("prompt", .list(.structure([.init("role", .string), .init("content", parts)]))),
                .init("images", .list(.bytes)),
            ],
            [
                "prompt": .list([.structure(["role": .string("user"), "content": content])]),
                "images": .list([.bytes(try Self.picture)]),
            ])
        #expect(read.messages.last?.parts == [.image(0), .text("What?")])
    }

    @Test func anAnswerMayBeAListOfOne() throws {
        func answer(_ answers: [ColumnValue], _ type: ColumnType) throws -> String {
            try example(
                [.init("reward_model", .structure([.init("ground_truth", .list(type))]))],
                [
                    "reward_model": .structure(["ground_truth": .list(answers)]),
                    "prompt": Self.asked("What?"),
                ]
            ).answer
        }
        #expect(try answer([.string("red")], .string) == "red")
        #expect(try answer([.integer(4)], .integer) == "4")
        let error = #expect(throws: RowError.self) {
            try answer([.string("4"), .string("four")], .string)
        }
        #expect(error?.problem.contains("reward_model.ground_truth is a list of 2") == true)
    }
}
