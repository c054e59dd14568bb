internal import Foundation

/// JSONL files whose objects start with a step, in ascending order.
enum StepLines {
    /// The complete lines up to a step.
    struct Prefix {
        /// In bytes.
        var length: Int
        var lastStep: Int?
    }

    /// Measures the complete lines up to and including those of `step`; a missing file has none.
    static func prefix(of url: URL, through step: Int) throws -> Prefix {
        guard FileManager.default.fileExists(atPath: url.path) else {
            return Prefix(length: 0, lastStep: nil)
        }
        let bytes = try RunError.reporting("read", url) { try Data(contentsOf: url) }
        var prefix = Prefix(length: 0, lastStep: nil)
        var start = bytes.startIndex
        while let newline = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = String(decoding: bytes[start..<newline], as: UTF8.self)
            guard let lineStep = Self.step(of: line) else {
                throw RunError(
                    .malformed, operation: "read", path: url.path,
                    detail: "the line at byte \(start) is not a step: \(line.prefix(60))",
                    remedy: "remove that line, or start a new run")
            }
            guard lineStep <= step else { break }
            start = newline + 1
            prefix = Prefix(length: start, lastStep: lineStep)
        }
        return prefix
    }

    /// Decodes each complete line. A missing file and an incomplete last line are not errors.
    static func read<Value>(_ url: URL, _ decode: (Data) throws -> Value) throws -> [Value] {
        guard FileManager.default.fileExists(atPath: url.path) else { return [] }
        let bytes = try RunError.reporting("read", url) { try Data(contentsOf: url) }
        guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        return try bytes[..<end].split(separator: UInt8(ascii: "\n")).enumerated().map { index, line in
            do {
                return try decode(Data(line))
            } catch {
                throw RunError(
                    .malformed, operation: "read", path: url.path, detail: "line \(index + 1): \(error)",
                    remedy: "remove that line")
            }
        }
    }

    private static func step(of line: String) -> Int? {
        let opening = "{\"step\":"
        guard line.hasPrefix(opening), line.hasSuffix("}") else { return nil }
        return Int(line.dropFirst(opening.count).prefix { $0.isNumber || $0 == "-" })
    }
}
