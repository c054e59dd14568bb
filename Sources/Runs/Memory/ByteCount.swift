/// An amount of memory, as people write it: "24G", "1.5GiB", "800M"; a bare number is bytes. Units are powers of 1024.
package struct ByteCount: Hashable, Sendable, CustomStringConvertible {
    package let bytes: Int

    package init(_ bytes: Int) { self.bytes = bytes }

    /// - Returns: nil for what is not a positive amount.
    package init?(_ text: String) {
        let digits = text.prefix { $0.isNumber || $0 == "." }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }.uppercased()
        guard let number = Double(digits), number > 0,
            let power = ["": 0, "B": 0, "K": 10, "M": 20, "G": 30, "T": 40][
                unit.isEmpty ? "" : Self.short(unit)]
        else { return nil }
        let bytes = number * Double(1 << power)
        guard bytes >= 1, bytes < Double(1 << 60) else { return nil }
        self.bytes = Int(bytes)
    }

    /// "G" for "GB" and "GIB".
    private static func short(_ unit: String) -> String {
        for ending in ["IB", "B"] where unit.count == ending.count + 1 && unit.hasSuffix(ending) {
            return String(unit.prefix(1))
        }
        return unit
    }

    /// With one decimal in the largest unit that leaves at least 1.
    package var description: String {
        for (unit, power) in [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)] {
            let tenths = (Double(bytes) / Double(1 << power) * 10).rounded()
            if tenths >= 10 { return "\(tenths / 10) \(unit)" }
        }
        return "\(bytes) bytes"
    }
}
