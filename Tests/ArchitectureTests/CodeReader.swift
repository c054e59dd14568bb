/// Reads Swift source and leaves out comments and what literals say; the code of interpolations stays.
struct CodeReader {
    private let bytes: [UInt8]
    private var index = 0
    private var code: [UInt8] = []

    /// Where something other than plain code may begin or end.
    private static let telling = Set("/\"#()".utf8)

    static func code(of text: String) -> [UInt8] {
        var reader = CodeReader(bytes: Array(text.utf8))
        reader.readCode(isInterpolation: false)
        return reader.code
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// Reads to the end, or to the parenthesis that closes an interpolation.
    private mutating func readCode(isInterpolation: Bool) {
        var depth = 0
        while index < bytes.count {
            guard Self.telling.contains(bytes[index]) else {
                code.append(bytes[index])
                index += 1
                continue
            }
            if starts("//") {
                skip { !$0.starts("\n") }
            } else if starts("/*") {
                skip { !$0.starts("*/") }
                index += 2
            } else if starts("\"") || hashCount > 0 && starts("\"", after: hashCount) {
                readString()
            } else if hashCount > 0 && starts("/", after: hashCount) || startsRegex {
                skipRegex()
            } else {
                depth += starts("(") ? 1 : starts(")") ? -1 : 0
                code.append(bytes[index])
                index += 1
                if isInterpolation, depth == 0 { return }
            }
        }
    }

    /// Of a literal that stands here between some of these.
    private var hashCount: Int { bytes[index...].prefix { $0 == UInt8(ascii: "#") }.count }

    private mutating func readString() {
        let hashes = String(repeating: "#", count: hashCount)
        index += hashes.utf8.count
        let quotes = starts("\"\"\"") ? "\"\"\"" : "\""
        index += quotes.utf8.count
        code += Array("\"\"".utf8)
        while index < bytes.count, !starts(quotes + hashes) {
            if starts("\\\(hashes)(") {
                index += 1 + hashes.utf8.count
                readCode(isInterpolation: true)
            } else if starts("\\\(hashes)") {
                index += 2 + hashes.utf8.count
            } else {
                if starts("\n") { code.append(bytes[index]) }
                index += 1
            }
        }
        index += quotes.utf8.count + hashes.utf8.count
    }

    /// A slash that stands where a value is expected opens a regular expression.
    private var startsRegex: Bool {
        guard starts("/"), index + 1 < bytes.count, bytes[index + 1] > UInt8(ascii: " ") else { return false }
        let before = code.last { $0 > UInt8(ascii: " ") }
        return before.map { "(,:=[{?".utf8.contains($0) } ?? false
    }

    private mutating func skipRegex() {
        let end = "/" + String(repeating: "#", count: hashCount)
        index += end.utf8.count
        while index < bytes.count, !starts(end) { index += starts("\\") ? 2 : 1 }
        index += end.utf8.count
        code += Array("\"\"".utf8)
    }

    private mutating func skip(while condition: (CodeReader) -> Bool) {
        while index < bytes.count, condition(self) { index += 1 }
    }

    private func starts(_ text: StaticString, after offset: Int = 0) -> Bool {
        let start = index + offset
        let count = text.utf8CodeUnitCount
        guard start + count <= bytes.count else { return false }
        return (0..<count).allSatisfy { bytes[start + $0] == text.utf8Start[$0] }
    }

    private func starts(_ text: String) -> Bool { bytes[index...].starts(with: text.utf8) }
}
