/// A value of a column, in the terms that rows are written in: what the file's encodings, widths and units are is
/// not seen.
package enum ColumnValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    /// All widths; dates and times as the integers that they are stored as.
    case integer(Int64)
    /// All widths, and unsigned integers that `Int64` does not hold.
    case number(Double)
    case string(String)
    case bytes([UInt8])
    /// Maps too, as lists of `key` and `value`.
    case list([ColumnValue])
    case structure([String: ColumnValue])
    /// A value of a type that is not read, such as a decimal number; its name in the Arrow C data interface.
    case unread(format: String)

    /// A member of a structure; nil for other values and where there is none.
    package subscript(name: String) -> ColumnValue? {
        if case .structure(let members) = self { members[name] } else { nil }
    }

    package var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    package var bytes: [UInt8]? {
        if case .bytes(let value) = self { value } else { nil }
    }

    package var list: [ColumnValue]? {
        if case .list(let value) = self { value } else { nil }
    }

    /// An integer or a number.
    package var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// What kind of value this is, in the words of a message.
    package var kind: String {
        switch self {
        case .null: "nothing"
        case .boolean: "a boolean"
        case .integer, .number: "a number"
        case .string: "a text"
        case .bytes: "bytes"
        case .list: "a list"
        case .structure: "a structure"
        case .unread(let format): "a value of type \(format)"
        }
    }
}

/// A row: a value by the name of its column.
package typealias Row = [String: ColumnValue]

/// A Parquet file that cannot be read or written.
package struct ParquetError: Error, Hashable, CustomStringConvertible {
    package let path: String
    package let problem: String

    package var description: String { "\(path): \(problem)" }
}

/// A value that contradicts itself, such as a text that is not UTF-8.
package struct ColumnError: Error, Hashable, CustomStringConvertible {
    package let problem: String

    package var description: String { problem }
}
