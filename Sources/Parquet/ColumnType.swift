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

    /// A column, or a member of a structure; each may be null.
    package struct Column: Hashable, Sendable {
        package let name: String
        package let type: ColumnType

        package init(_ name: String, _ type: ColumnType) {
            self.name = name
            self.type = type
        }
    }

    /// Its name in the Arrow C data interface. Texts and bytes have offsets of 64 bits, so that a batch has no limit.
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
