import Foundation
import Parquet
import TestFixtures
import Testing

/// What is written is read again.
@Suite struct ParquetWriterTests {
    private static let columns: [ColumnType.Column] = [
        .init("flag", .boolean), .init("count", .integer), .init("share", .number), .init("text", .string),
        .init("image", .bytes),
        .init(
            "messages", .list(.structure([.init("role", .string), .init("boxes", .list(.list(.number)))]))),
    ]

    private static func row(_ index: Int) -> Row {
        let message = ColumnValue.structure([
            "role": .string("user \(index)"),
            "boxes": .list([.list([.number(0.5), .null]), .list([])]),
        ])
        return [
            "flag": .boolean(index % 2 == 0), "count": .integer(Int64(index)),
            "share": .number(Double(index) / 3),
            "text": .string("grüße \(index)"),
            "image": .bytes(Array(repeating: UInt8(index % 251), count: 1000)),
            "messages": index % 3 == 0 ? .null : .list([message, .null]),
        ]
    }

    /// Twenty rows in groups of five, with one in which all is null.
    private static func write(_ path: String) throws -> [Row] {
        var rows = (0..<20).map(row)
        rows[7] = rows[7].mapValues { _ in .null }
        let writer = try ParquetWriter(path, columns: columns)
        for start in stride(from: 0, to: 20, by: 5) { try writer.append(Array(rows[start..<start + 5])) }
        try writer.finish()
        return rows
    }

    @Test func rowsComeBackAsTheyWere() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.parquet")
        let written = try Self.write(path)
        let read = ParquetRows(try ParquetFile(path))
        #expect(read.file.rowGroups.map(\.rows.count) == [5, 5, 5, 5])
        #expect(try (0..<20).map { try read.row($0) } == written)
    }

    @Test func rowsAreTheSameInAnyOrder() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.parquet")
        let written = try Self.write(path)
        // Two rows a stretch, of which one is kept.
        let read = ParquetRows(try ParquetFile(path), stretchBytes: 600, cachedBytes: 1)
        #expect(read.stretches.map(\.count).allSatisfy { $0 > 1 })
        for index in [19, 3, 4, 0, 12, 1, 13, 2, 18, 0] { #expect(try read.row(index) == written[index]) }
    }

    @Test func aFileThatIsNotFinishedDoesNotExist() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.parquet")
        do {
            let writer = try ParquetWriter(path, columns: Self.columns)
            try writer.append([Self.row(1)])
        }
        #expect(try folder.names == [])
    }

    @Test func aValueOfAnotherTypeIsRefused() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.parquet")
        let writer = try ParquetWriter(path, columns: [.init("text", .string)])
        let error = #expect(throws: ParquetError.self) { try writer.append([["text": .integer(1)]]) }
        #expect(error?.problem.contains("a number cannot be written") == true)
    }

    @Test func aFolderThatIsMissingIsNamed() {
        let error = #expect(throws: ParquetError.self) {
            try ParquetWriter("/no/such/folder/a.parquet", columns: Self.columns)
        }
        #expect(error?.path == "/no/such/folder/a.parquet")
    }
}
