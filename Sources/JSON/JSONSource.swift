/// Finds values in the text of JSON, so that the order in which a client wrote members is kept.
///
/// The text must have been parsed before: what is not JSON is not found, and no more.
package struct JSONSource {
    package enum Step: Hashable, Sendable {
        case member(String)
        case element(Int)
    }

    private let bytes: [UInt8]

    package init(_ text: String) { bytes = Array(text.utf8) }

    /// The text of the value that the steps lead to.
    package func value(at path: [Step]) -> String? {
        var position = 0
        for step in path {
            guard let next = start(of: step, inValueAt: position) else { return nil }
            position = next
        }
        let start = skippingSpace(position)
        guard let end = end(ofValueAt: start) else { return nil }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    /// The text with `", "` and `": "` between its parts and no other space, as `json.dumps` of Python writes it.
    package static func spaced(_ text: String) -> String {
        var result: [UInt8] = []
        var isInString = false
        var isEscaped = false
        for byte in text.utf8 {
            if isInString {
                result.append(byte)
                isInString = isEscaped || byte != UInt8(ascii: "\"")
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
                continue
            }
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): continue
            case UInt8(ascii: ","), UInt8(ascii: ":"): result += [byte, UInt8(ascii: " ")]
            default:
                isInString = byte == UInt8(ascii: "\"")
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private func skippingSpace(_ position: Int) -> Int {
        bytes[position...].firstIndex { !" \n\r\t".utf8.contains($0) } ?? bytes.count
    }

    /// Where the value of a member or element begins.
    private func start(of step: Step, inValueAt position: Int) -> Int? {
        var position = skippingSpace(position)
        let opening: Character = if case .member = step { "{" } else { "[" }
        guard position < bytes.count, bytes[position] == opening.asciiValue else { return nil }
        position += 1
        var index = 0
        while true {
            position = skippingSpace(position)
            var name: String?
            if case .member = step {
                guard let end = end(ofValueAt: position) else { return nil }
                name = String(decoding: bytes[position..<end], as: UTF8.self)
                position = skippingSpace(end) + 1
            }
            let isWanted =
                switch step {
                case .member(let wanted): name == "\"\(wanted)\""
                case .element(let wanted): index == wanted
                }
            if isWanted { return position }
            guard let end = end(ofValueAt: skippingSpace(position)) else { return nil }
            position = skippingSpace(end)
            guard position < bytes.count, bytes[position] == UInt8(ascii: ",") else { return nil }
            position += 1
            index += 1
        }
    }

    /// Where the value that begins at `start` ends.
    private func end(ofValueAt start: Int) -> Int? {
        var depth = 0
        var isInString = false
        var isEscaped = false
        for position in start..<max(start, bytes.count) {
            let byte = bytes[position]
            if isInString {
                isInString = isEscaped || byte != UInt8(ascii: "\"")
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
                if !isInString && depth == 0 { return position + 1 }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return position }
                depth -= 1
                if depth == 0 { return position + 1 }
            case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: " "), UInt8(ascii: "\n"),
                UInt8(ascii: "\r"), UInt8(ascii: "\t"):
                if depth == 0 { return position }
            default: break
            }
        }
        return depth == 0 && !isInString ? bytes.count : nil
    }
}
