/// The type of a column to write.
package indirect enum ColumnType: Hashable, Sendable {
    case boolean
    /// 64 bits.
    case integer
    /// 64 bits.
    case number
    case string
    case bytes
    case list(ColumnType)
    case structure([Column])

    /// A column, or a field of a structure; both are nullable.
    package struct Column: Hashable, Sendable {
        package let name: String
        package let type: ColumnType

        package init(_ name: String, _ type: ColumnType) {
            self.name = name
            self.type = type
        }
    }

    /// The format string in the Arrow C data interface. Strings and bytes use 64-bit offsets, so that a batch has no size limit.
    var format: String {
        switch self {
        case .boolean: "b"
        case .integer: "l"
        case .number: "g"
        case .string: "U"
        case .bytes: "Z"
        case .list: "+L"
        case .structure: "+s"
        }
    }

    var parts: [Column] {
        switch self {
        case .list(let element): [Column("element", element)]
        case .structure(let members): members
        default: []
        }
    }
}
