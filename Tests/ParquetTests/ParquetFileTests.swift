import Foundation
import Parquet
import TestFixtures
import Testing

/// Files that pyarrow has written.
@Suite struct ParquetFileTests {
    private static let goldens = GoldenFolder().url
    private static let compressions = ["snappy", "zstd", "gzip"]

    private static func rows(_ compression: String, columns: [String] = []) throws -> ParquetRows {
        ParquetRows(
            try ParquetFile(goldens.appending(path: "types-\(compression).parquet").path, columns: columns))
    }

    /// Name → three values.
    private static func expected() throws -> [String: [Any]] {
        let data = try Data(contentsOf: goldens.appending(path: "types.json"))
        let object = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        return try #require(object["columns"] as? [String: [Any]])
    }

    @Test(arguments: compressions)
    func everyTypeIsReadAsItWasWritten(compression: String) throws {
        let rows = try Self.rows(compression)
        let expected = try Self.expected()
        #expect(Set(rows.file.columns) == Set(expected.keys) && rows.count == 3)
        for index in 0..<3 {
            let row = try rows.row(index)
            for (name, values) in expected {
                let value = try #require(row[name])
                #expect(NSObject.same(value.plain, values[index]), "\(name): \(value), not \(values[index])")
            }
        }
    }

    @Test func rowGroupsFollowEachOther() throws {
        #expect(try Self.rows("zstd").file.rowGroups.map(\.rows) == [0..<2, 2..<3])
    }

    @Test func columnsAreChosenByName() throws {
        let rows = try Self.rows("snappy", columns: ["nested", "int8", "there is none"])
        #expect(rows.file.columns == ["int8", "nested"])
        #expect(try Set(rows.row(2).keys) == ["int8", "nested"])
    }

    @Test(arguments: [0, 3, 100, 5000, 14000])
    func aFileThatEndsTooEarlyIsNamed(byteCount: Int) throws {
        let whole = try Data(contentsOf: Self.goldens.appending(path: "types-snappy.parquet"))
        let folder = try TemporaryFolder()
        let path = try folder.write(whole.prefix(byteCount), to: "short.parquet").path
        let error = #expect(throws: ParquetError.self) { try ParquetFile(path) }
        #expect(error?.description.hasPrefix("\(path): ") == true, "\(error?.description ?? "")")
    }

    @Test func aFileThatIsMissingIsNamed() {
        let error = #expect(throws: ParquetError.self) { try ParquetFile("/no/file.parquet") }
        #expect(error?.description.contains("/no/file.parquet: ") == true)
    }

    /// Whatever a byte says, there is an error or there are values.
    @Test func noByteMakesAReadLeaveItsBuffer() throws {
        let whole = try Data(contentsOf: Self.goldens.appending(path: "types-snappy.parquet"))
        let folder = try TemporaryFolder()
        for position in stride(from: 4, to: whole.count, by: 7) {
            var damaged = whole
            damaged[position] ^= 0x55
            guard let file = try? ParquetFile(folder.write(damaged, to: "damaged.parquet").path) else {
                continue
            }
            let rows = ParquetRows(file)
            for index in 0..<min(3, rows.count) { _ = try? rows.row(index) }
        }
    }
}

extension ColumnValue {
    /// As Foundation's JSON has it.
    fileprivate var plain: Any {
        switch self {
        case .null: NSNull()
        case .boolean(let value): value
        case .integer(let value): value
        case .number(let value): value
        case .string(let value): value
        case .bytes(let bytes): bytes.map { Int($0) }
        case .list(let elements): elements.map(\.plain)
        case .structure(let members): members.mapValues(\.plain)
        case .unread(let format): format
        }
    }
}

extension NSObject {
    fileprivate static func same(_ left: Any, _ right: Any) -> Bool {
        switch (left, right) {
        case (let left as [Any], let right as [Any]):
            left.count == right.count && zip(left, right).allSatisfy(same)
        case (let left as [String: Any], let right as [String: Any]):
            left.count == right.count
                && left.allSatisfy { key, value in right[key].map { same(value, $0) } ?? false }
        case (is NSNull, is NSNull): true
        case (let left as Bool, let right as Bool): left == right
        case (let left as Int64, let right as NSNumber): left == right.int64Value
        case (let left as Double, let right as NSNumber): left == right.doubleValue
        case (let left as Int, let right as NSNumber): left == right.intValue
        case (let left as String, let right as String): left == right
        default: false
        }
    }
}
