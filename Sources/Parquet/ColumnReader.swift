import CArrow

/// Reads values from a column of the Arrow C data interface.
///
/// Arrow checks that buffers are as long as their last offset requires. All earlier offsets are checked here, so that no file
/// can cause an out-of-bounds read.
struct ColumnReader {
    private let schema: ArrowSchema
    private let array: ArrowArray
    private let depth: Int

    private static let depthLimit = 32

    init(_ schema: ArrowSchema, _ array: ArrowArray, depth: Int = 0) {
        self.schema = schema
        self.array = array
        self.depth = depth
    }

    /// - Throws: ``ColumnError`` for an inconsistent value.
    func value(at index: Int) throws(ColumnError) -> ColumnValue {
        guard index >= 0, index < Int(array.length), depth < Self.depthLimit else {
            throw ColumnError(problem: "a value is outside its column")
        }
        let position = index + Int(array.offset)
        let format = name(schema.format)
        if format == "n" || !isValid(position) { return .null }
        if let dictionary = schema.dictionary, let values = array.dictionary {
            guard case .integer(let index) = try scalar(format, position) else {
                throw ColumnError(problem: "a dictionary index is not an integer")
            }
            return try inner(dictionary.pointee, values.pointee).value(at: Int(index))
        }
        if let value = try scalar(format, position) { return value }
        return try nested(format, position)
    }

    private func name(_ text: UnsafePointer<CChar>?) -> String { text.map { String(cString: $0) } ?? "" }

    private func isValid(_ position: Int) -> Bool {
        guard array.null_count != 0, array.n_buffers > 0, let bits: UnsafePointer<UInt8> = buffer(0) else {
            return true
        }
        return bits[position / 8] >> UInt8(position % 8) & 1 == 1
    }

    /// A buffer of the column; nil if it has none, for example in an empty column.
    private func buffer<Element>(_ index: Int) -> UnsafePointer<Element>? {
        guard index < Int(array.n_buffers) else { return nil }
        return array.buffers?[index]?.assumingMemoryBound(to: Element.self)
    }

    private func inner(_ schema: ArrowSchema, _ array: ArrowArray) -> ColumnReader {
        ColumnReader(schema, array, depth: depth + 1)
    }

    private func child(_ index: Int) throws(ColumnError) -> ColumnReader {
        guard index < Int(schema.n_children), index < Int(array.n_children),
            let schema = schema.children?[index], let array = array.children?[index]
        else { throw ColumnError(problem: "a column lacks a part") }
        return inner(schema.pointee, array.pointee)
    }
}

// MARK: Values without parts

extension ColumnReader {
    /// A scalar value; nil for a nested or unsupported format.
    private func scalar(_ format: String, _ position: Int) throws(ColumnError) -> ColumnValue? {
        switch format {
        case "b":
            let bits: UnsafePointer<UInt8> = try values()
            return .boolean(bits[position / 8] >> UInt8(position % 8) & 1 == 1)
        case "c": return .integer(Int64(try element(position) as Int8))
        case "C": return .integer(Int64(try element(position) as UInt8))
        case "s": return .integer(Int64(try element(position) as Int16))
        case "S": return .integer(Int64(try element(position) as UInt16))
        case "i", "tdD", "tts", "ttm": return .integer(Int64(try element(position) as Int32))
        case "I": return .integer(Int64(try element(position) as UInt32))
        case "l", "tdm", "ttu", "ttn": return .integer(try element(position))
        case "L":
            let value: UInt64 = try element(position)
            return Int64(exactly: value).map { .integer($0) } ?? .number(Double(value))
        case "f": return .number(Double(try element(position) as Float))
        case "g": return .number(try element(position))
        case "z": return .bytes(Array(try content(position, Int32.self)))
        case "Z": return .bytes(Array(try content(position, Int64.self)))
        case "u": return .string(try text(content(position, Int32.self)))
        case "U": return .string(try text(content(position, Int64.self)))
        case "vz": return .bytes(Array(try viewed(position)))
        case "vu": return .string(try text(viewed(position)))
        case _ where format.hasPrefix("ts") || format.hasPrefix("tD"): return .integer(try element(position))
        case _ where format.hasPrefix("w:"):
            guard let width = Int(format.dropFirst(2)), width >= 0 else { return nil }
            let bytes: UnsafePointer<UInt8> = try values()
            return .bytes(Array(UnsafeBufferPointer(start: bytes + position * width, count: width)))
        default: return nil
        }
    }

    private func values<Element>() throws(ColumnError) -> UnsafePointer<Element> {
        guard let values: UnsafePointer<Element> = buffer(1) else {
            throw ColumnError(problem: "a column lacks its values")
        }
        return values
    }

    private func element<Element: BitwiseCopyable>(_ position: Int) throws(ColumnError) -> Element {
        try (values() as UnsafePointer<Element>)[position]
    }

    /// The range of a list's elements or a string's bytes, by offsets of the given type.
    private func range<Offset: FixedWidthInteger>(
        _ position: Int, _ type: Offset.Type, within limit: Int? = nil
    ) throws(ColumnError) -> Range<Int> {
        let offsets: UnsafePointer<Offset> = try values()
        let (start, end) = (Int(offsets[position]), Int(offsets[position + 1]))
        guard 0 <= start, start <= end, end <= limit ?? Int(offsets[Int(array.offset + array.length)]) else {
            throw ColumnError(problem: "an offset is outside its column")
        }
        return start..<end
    }

    private func content<Offset: FixedWidthInteger>(
        _ position: Int, _ type: Offset.Type
    ) throws(ColumnError) -> UnsafeBufferPointer<UInt8> {
        let range = try range(position, type)
        guard let bytes: UnsafePointer<UInt8> = buffer(2) else {
            return UnsafeBufferPointer(start: nil, count: 0)
        }
        return UnsafeBufferPointer(start: bytes + range.lowerBound, count: range.count)
    }

    /// The bytes of a 16-byte view: up to 12 bytes are inline, longer values are in one of the following buffers, whose sizes are
    /// in the last buffer.
    private func viewed(_ position: Int) throws(ColumnError) -> UnsafeBufferPointer<UInt8> {
        let view = try (values() as UnsafePointer<Int32>) + position * 4
        let count = Int(view[0])
        if (0...12).contains(count) {
            return UnsafeBufferPointer(
                start: UnsafeRawPointer(view + 1).assumingMemoryBound(to: UInt8.self), count: count)
        }
        let (index, start) = (Int(view[2]), Int(view[3]))
        let last = Int(array.n_buffers) - 1
        guard count >= 0, index >= 0, index + 2 < last, start >= 0,
            let sizes: UnsafePointer<Int64> = buffer(last), start + count <= Int(sizes[index]),
            let bytes: UnsafePointer<UInt8> = buffer(index + 2)
        else { throw ColumnError(problem: "a view is outside its column") }
        return UnsafeBufferPointer(start: bytes + start, count: count)
    }

    private func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(ColumnError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ColumnError(problem: "a text is not UTF-8")
        }
        return text
    }
}

// MARK: Values with parts

extension ColumnReader {
    private func nested(_ format: String, _ position: Int) throws(ColumnError) -> ColumnValue {
        switch format {
        case "+s": return .structure(try members(position))
        case "+l", "+m": return .list(try elements(position, Int32.self))
        case "+L": return .list(try elements(position, Int64.self))
        case _ where format.hasPrefix("+w:"):
            guard let width = Int(format.dropFirst(3)), width >= 0 else { return .unread(format: format) }
            return .list(try elements(position * width..<(position + 1) * width))
        default: return .unread(format: format)
        }
    }

    private func members(_ position: Int) throws(ColumnError) -> [String: ColumnValue] {
        var members: [String: ColumnValue] = [:]
        for index in 0..<Int(schema.n_children) {
            let child = try child(index)
            members[child.name(child.schema.name)] = try child.value(
                at: position)
        }
        return members
    }

    private func elements<Offset: FixedWidthInteger>(
        _ position: Int, _ type: Offset.Type
    ) throws(ColumnError) -> [ColumnValue] {
        try elements(range(position, type, within: Int(child(0).array.length)))
    }

    private func elements(_ range: Range<Int>) throws(ColumnError) -> [ColumnValue] {
        let child = try child(0)
        var elements: [ColumnValue] = []
        elements.reserveCapacity(range.count)
        for index in range { elements.append(try child.value(at: index)) }
        return elements
    }
}
