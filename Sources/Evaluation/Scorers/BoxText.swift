import Agent
import Imaging
import JSON

/// Extracts boxes from an answer, in the notations that lmms-eval's grounding task accepts.
enum BoxText {
    /// The boxes in the answer's JSON, else all groups of four numbers separated by commas or spaces.
    static func boxes(in said: String) -> [Rectangle] {
        let found = json(in: said).map(boxes) ?? []
        if !found.isEmpty { return found }
        let number =
            /(-?\d+(?:\.\d+)?)\s*[,\s]\s*(-?\d+(?:\.\d+)?)\s*[,\s]\s*(-?\d+(?:\.\d+)?)\s*[,\s]\s*(-?\d+(?:\.\d+)?)/
        return said.matches(of: number.likePython).compactMap { match in
            let output = match.output
            return Rectangle([output.1, output.2, output.3, output.4].compactMap { Double($0) })
        }
    }

    /// The JSON in a code fence, in the whole text, or from the first to the last bracket or brace.
    private static func json(in said: String) -> JSONValue? {
        let text = PythonText(said).stripped()
        let fence = /```(?:json)?\s*(.*?)\s*```/.ignoresCase().dotMatchesNewlines().likePython
        var candidates = [text.string.firstMatch(of: fence).map { String($0.output.1) }, text.string]
        for (open, close) in [("[", "]"), ("{", "}")] {
            if let start = text.first(open), let end = text.last(close), start < end {
                candidates.append(text[start..<end + 1].string)
            }
        }
        return candidates.lazy.compactMap { $0.flatMap { try? JSONValue(parsing: $0) } }.first
    }

    private static func boxes(in value: JSONValue) -> [Rectangle] {
        switch value {
        case .array(let list):
            let numbers = list.compactMap(number)
            if list.count == 4, numbers.count == 4 { return [Rectangle(numbers)!] }
            return list.flatMap(boxes)
        case .object(let members):
            return box(of: members).map { [$0] } ?? members.members.flatMap { boxes(in: $0.value) }
        case .null, .boolean, .number, .string: return []
        }
    }

    private static let keys = ["bbox_2d", "bbox", "box", "coordinates", "coord", "location", "position"]

    /// The box under one of the usual keys; numbers may be strings.
    private static func box(of members: JSONObject) -> Rectangle? {
        for key in keys {
            guard let list = members[key]?.array, list.count == 4 else { continue }
            if let box = Rectangle(list.compactMap { number($0) ?? $0.string.flatMap(PythonNumber.float) }) {
                return box
            }
        }
        return nil
    }

    /// In Python, true and false are numbers.
    private static func number(_ value: JSONValue) -> Double? {
        if case .boolean(let isTrue) = value { return isTrue ? 1 : 0 }
        return value.number
    }
}
