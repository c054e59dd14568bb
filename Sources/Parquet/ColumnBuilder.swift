import CArrow

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Builds a column in the layout of the Arrow C data interface.
final class ColumnBuilder {
    private let type: ColumnType
    private let parts: [ColumnBuilder]
    private var count = 0
    private var nullCount = 0
    private var validity: [UInt8] = []
    private var bits: [UInt8] = []
    private var integers: [Int64] = []
    private var numbers: [Double] = []
    /// Offsets of variable-length elements, one more than there are elements.
    private var offsets: [Int64] = [0]
    private var bytes: [UInt8] = []

    init(_ type: ColumnType) {
        self.type = type
        parts = type.parts.map { ColumnBuilder($0.type) }
    }

    /// - Throws: ``ColumnError`` for a value of the wrong type.
    func append(_ value: ColumnValue) throws(ColumnError) {
        push(value != .null, to: &validity)
        if value == .null { nullCount += 1 }
        switch (type, value) {
        case (.boolean, .boolean(let value)): push(value, to: &bits)
        case (.boolean, .null): push(false, to: &bits)
        case (.integer, .integer(let value)): integers.append(value)
        case (.integer, .null): integers.append(0)
        case (.number, .number(let value)): numbers.append(value)
        case (.number, .null): numbers.append(0)
        case (.string, .string(let text)): append(text.utf8)
        case (.bytes, .bytes(let content)): append(content)
        case (.string, .null), (.bytes, .null): append([])
        case (.list, .list(let elements)):
            for element in elements { try parts[0].append(element) }
            offsets.append(Int64(parts[0].count))
        case (.list, .null): offsets.append(Int64(parts[0].count))
        case (.structure(let members), .structure(let values)):
            for (member, part) in zip(members, parts) { try part.append(values[member.name] ?? .null) }
        case (.structure, .null): for part in parts { try part.append(.null) }
        default: throw ColumnError(problem: "\(value.kind) cannot be written as \(type.format)")
        }
        count += 1
    }

    private func append(_ content: some Collection<UInt8>) {
        bytes.append(contentsOf: content)
        offsets.append(Int64(bytes.count))
    }

    private func push(_ bit: Bool, to bits: inout [UInt8]) {
        if count % 8 == 0 { bits.append(0) }
        if bit { bits[count / 8] |= 1 << UInt8(count % 8) }
    }

    /// The exported column; the receiver must release it.
    func exported() -> ArrowArray {
        let children = parts.map { part in Exported.allocated(part.exported()) }
        let buffers: [UnsafeMutableRawPointer] =
            switch type {
            case .boolean: [Exported.allocated(validity), Exported.allocated(bits)]
            case .integer: [Exported.allocated(validity), Exported.allocated(integers)]
            case .number: [Exported.allocated(validity), Exported.allocated(numbers)]
            case .string, .bytes:
                [Exported.allocated(validity), Exported.allocated(offsets), Exported.allocated(bytes)]
            case .list: [Exported.allocated(validity), Exported.allocated(offsets)]
            case .structure: [Exported.allocated(validity)]
            }
        var array = ArrowArray()
        array.length = Int64(count)
        array.null_count = Int64(nullCount)
        array.n_buffers = Int64(buffers.count)
        array.buffers = Exported.list(buffers.map { UnsafeRawPointer($0) })
        array.n_children = Int64(children.count)
        array.children = Exported.list(children)
        array.release = { Exported.release(&$0.pointee) }
        return array
    }
}

extension ArrowSchema {
    /// The exported name and type of a column; the receiver must release it.
    init(exporting column: ColumnType.Column) {
        self.init()
        format = UnsafePointer(strdup(column.type.format))
        name = UnsafePointer(strdup(column.name))
        flags = Int64(ARROW_FLAG_NULLABLE)
        let parts = column.type.parts.map { Exported.allocated(ArrowSchema(exporting: $0)) }
        n_children = Int64(parts.count)
        children = Exported.list(parts)
        release = { Exported.release(&$0.pointee) }
    }
}

/// Memory exported through the C data interface; the release callbacks free it.
private enum Exported {
    static func allocated<Value>(_ value: Value) -> UnsafeMutablePointer<Value> {
        let pointer = UnsafeMutablePointer<Value>.allocate(capacity: 1)
        pointer.initialize(to: value)
        return pointer
    }

    static func allocated<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafeMutableRawPointer {
        let size = MemoryLayout<Element>.stride * elements.count
        let pointer = UnsafeMutableRawPointer.allocate(byteCount: max(1, size), alignment: 64)
        elements.withUnsafeBytes {
            pointer.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(pointer), byteCount: size)
        }
        return pointer
    }

    static func list<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element?>? {
        guard !elements.isEmpty else { return nil }
        let list = UnsafeMutablePointer<Element?>.allocate(capacity: elements.count)
        for (index, element) in elements.enumerated() { (list + index).initialize(to: element) }
        return list
    }

    static func release(_ array: inout ArrowArray) {
        for index in 0..<Int(array.n_children) {
            guard let child = array.children?[index] else { continue }
            // The callback of a child that was moved elsewhere is nil.
            child.pointee.release?(child)
            child.deallocate()
        }
        array.children?.deallocate()
        for index in 0..<Int(array.n_buffers) { array.buffers?[index]?.deallocate() }
        array.buffers?.deallocate()
        array.release = nil
    }

    static func release(_ schema: inout ArrowSchema) {
        for index in 0..<Int(schema.n_children) {
            guard let child = schema.children?[index] else { continue }
            child.pointee.release?(child)
            child.deallocate()
        }
        schema.children?.deallocate()
        free(UnsafeMutablePointer(mutating: schema.format))
        free(UnsafeMutablePointer(mutating: schema.name))
        schema.release = nil
    }
}
