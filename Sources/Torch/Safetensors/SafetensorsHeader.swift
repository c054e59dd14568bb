import JSON

/// The validated JSON header of a safetensors file: its tensors cover exactly the data that follows it.
///
/// The format: a little-endian `UInt64` with the header's length, the header, the data. The header is an object
/// that maps each tensor's name to its `dtype`, `shape` and `data_offsets` (relative to the data), and optionally
/// `__metadata__` to an object of strings.
struct SafetensorsHeader {
    struct Entry {
        let dtype: DType
        let shape: [Int]
        /// Byte range within the data.
        let range: Range<Int>
    }

    /// The reason for rejecting a header.
    struct Flaw: Error {
        var tensor: String?
        let reason: String
    }

    private(set) var entries: [String: Entry] = [:]
    /// The names, in data order.
    private(set) var names: [String] = []

    /// - Parameters:
    ///   - json: the header's bytes.
    ///   - dataCount: the number of data bytes that follow it in the file.
    /// - Throws: the first flaw found.
    init(json: UnsafeRawBufferPointer, dataCount: Int) throws(Flaw) {
        let header: JSONValue
        do throws(JSONError) {
            header = try JSONValue(parsing: json)
        } catch {
            throw Flaw(reason: "the header is not JSON: \(error)")
        }
        guard let members = header.object?.members else {
            throw Flaw(reason: "the header must be an object, not \(header.kind)")
        }
        for (name, value) in members {
            if name == "__metadata__" {
                try Self.checkMetadata(value)
                continue
            }
            do throws(Flaw) {
                entries[name] = try Entry(value)
            } catch {
                throw Flaw(tensor: name, reason: error.reason)
            }
        }
        names = try order(dataCount: dataCount)
    }

    /// Only checks its type; the strings are not used.
    private static func checkMetadata(_ value: JSONValue) throws(Flaw) {
        guard let members = value.object?.members, members.allSatisfy({ $0.value.string != nil }) else {
            throw Flaw(reason: "the header's __metadata__ must be an object of strings")
        }
    }

    /// Checks that the tensors cover the data without overlaps and gaps.
    private func order(dataCount: Int) throws(Flaw) -> [String] {
        let sorted = entries.sorted {
            ($0.value.range.lowerBound, $0.value.range.upperBound, $0.key)
                < ($1.value.range.lowerBound, $1.value.range.upperBound, $1.key)
        }
        var end = 0
        for (name, entry) in sorted {
            guard entry.range.lowerBound == end else {
                let kind =
                    entry.range.lowerBound < end ? "overlaps the tensor before it" : "leaves a gap before it"
                throw Flaw(
                    tensor: name,
                    reason: "it \(kind): data_offsets \(entry.range), expected to start at \(end)")
            }
            end = entry.range.upperBound
            guard end <= dataCount else {
                throw Flaw(
                    tensor: name,
                    reason: "data_offsets \(entry.range) end after the file's \(dataCount) bytes of data; "
                        + "the file is cut short: copy it again")
            }
        }
        guard end == dataCount else {
            throw Flaw(reason: "\(dataCount - end) bytes of data after the last tensor are unused")
        }
        return sorted.map(\.key)
    }
}

extension SafetensorsHeader.Entry {
    fileprivate init(_ value: JSONValue) throws(SafetensorsHeader.Flaw) {
        guard let fields = value.object else {
            throw SafetensorsHeader.Flaw(reason: "it must be an object, not \(value.kind)")
        }
        let known = ["dtype", "shape", "data_offsets"]
        if let (field, _) = fields.members.first(where: { !known.contains($0.name) }) {
            throw SafetensorsHeader.Flaw(reason: "the field \"\(field)\" is unknown")
        }
        guard let dtype = fields["dtype"], let shape = fields["shape"], let offsets = fields["data_offsets"]
        else { throw SafetensorsHeader.Flaw(reason: "dtype, shape or data_offsets is missing") }
        guard let dtypeName = dtype.string else {
            throw SafetensorsHeader.Flaw(reason: "dtype must be a string, not \(dtype.kind)")
        }
        try self.init(
            dtypeName: dtypeName, shape: Self.sizes(shape, "shape"),
            offsets: Self.sizes(offsets, "data_offsets"))
    }

    private init(dtypeName: String, shape: [Int], offsets: [Int]) throws(SafetensorsHeader.Flaw) {
        guard let dtype = DType.bySafetensorsName[dtypeName] else {
            let known = DType.bySafetensorsName.keys.sorted().joined(separator: ", ")
            throw SafetensorsHeader.Flaw(reason: "the dtype \"\(dtypeName)\" is not among \(known)")
        }
        guard offsets.count == 2, offsets[0] <= offsets[1] else {
            throw SafetensorsHeader.Flaw(reason: "data_offsets \(offsets) are not a start and an end")
        }
        guard let byteCount = Self.byteCount(shape, dtype), byteCount == offsets[1] - offsets[0] else {
            throw SafetensorsHeader.Flaw(
                reason: "\(offsets[1] - offsets[0]) bytes cannot hold the shape \(shape) of \(dtypeName)")
        }
        self.init(dtype: dtype, shape: shape, range: offsets[0]..<offsets[1])
    }

    /// The elements of a list of integers; `1.0` is not accepted.
    private static func sizes(_ value: JSONValue, _ field: String) throws(SafetensorsHeader.Flaw) -> [Int] {
        let sizes = value.array?.compactMap { element -> Int? in
            guard case .number(let number) = element else { return nil }
            return Int(number.text).flatMap { $0 >= 0 ? $0 : nil }
        }
        guard let sizes, sizes.count == value.array?.count else {
            throw SafetensorsHeader.Flaw(
                reason: "\(field) must be a list of whole numbers of at most 63 bits")
        }
        return sizes
    }

    /// Nil if the product overflows.
    private static func byteCount(_ shape: [Int], _ dtype: DType) -> Int? {
        if shape.contains(0) { return 0 }
        var product = dtype.byteCount
        for size in shape {
            let (next, overflow) = product.multipliedReportingOverflow(by: size)
            if overflow { return nil }
            product = next
        }
        return product
    }
}
