/// A logical value of a column, independent of the file's encodings, widths and units.
package enum ColumnValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    /// Integers of all widths; dates and times as their stored integers.
    case integer(Int64)
    /// Floating-point numbers of all widths, and unsigned integers that exceed `Int64`.
    case number(Double)
    case string(String)
    case bytes([UInt8])
    /// Lists, and maps as lists of `key` and `value`.
    case list([ColumnValue])
    case structure([String: ColumnValue])
    /// A value of an unsupported type, such as a decimal, with its format in the Arrow C data interface.
    case unread(format: String)

    /// A field of a structure; nil if there is no such field, and for other values.
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

    /// The kind of value, for messages.
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

/// A row: values by column name.
package typealias Row = [String: ColumnValue]

/// A Parquet file that cannot be read or written.
package struct ParquetError: Error, Hashable, CustomStringConvertible {
    package let path: String
    package let problem: String

    package var description: String { "\(path): \(problem)" }
}

/// An inconsistent value, such as a string that is not UTF-8.
package struct ColumnError: Error, Hashable, CustomStringConvertible {
    package let problem: String

    package var description: String { problem }
}
