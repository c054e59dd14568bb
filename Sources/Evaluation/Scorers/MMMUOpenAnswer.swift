/// Candidate answers in a text without options, as MMMU's official scorer extracts them.
enum MMMUOpenAnswer: Hashable {
    case number(Double)
    case text(String)

    /// The tails of sentences after words such as "is" and "so", and the numbers in them.
    static func candidates(in said: String) -> [MMMUOpenAnswer] {
        let tails = tails(of: said)
        return (tails + tails.flatMap(numbers)).flatMap(normalized)
    }

    static func isRight(_ candidates: [MMMUOpenAnswer], answers: [String]) -> Bool {
        let right = answers.flatMap(normalized)
        return candidates.contains { candidate in
            switch candidate {
            case .number: right.contains(candidate)
            case .text(let text):
                right.contains {
                    if case .text(let part) = $0 { PythonText(text).contains(part) } else { false }
                }
            }
        }
    }

    /// A number rounded to two decimal places, else lowercase text; a single character gets a space before or after it.
    private static func normalized(_ text: String) -> [MMMUOpenAnswer] {
        let text = PythonText(text).stripped()
        if let number = PythonNumber.float(text.replacing(",", with: "").string) {
            return [.number(PythonNumber.rounded(number))]
        }
        let lowercased = text.lowercased
        return lowercased.count == 1
            ? [.text(" " + lowercased.string), .text(lowercased.string + " ")] : [.text(lowercased.string)]
    }

    private static let indicators = [
        "could be ", "so ", "is ", "thus ", "therefore ", "final ", "answer ", "result ",
    ]

    /// For each line with an indicator, the shortest text after the last occurrence of one; the whole text if no line has
    /// one. In the last line, an equals sign is an indicator too.
    private static func tails(of said: String) -> [String] {
        let text = PythonText(said).stripped().stripped(".").lowercased
        let lines = text.split(by: "\n")
        var found: [String] = []
        for (index, line) in lines.enumerated() {
            var shortest: PythonText?
            for indicator in indicators + (index == lines.count - 1 ? ["="] : [])
            where line.contains(indicator) {
                let tail = line.split(by: indicator).last!.stripped()
                // An empty tail does not count.
                if shortest.map({ $0.isEmpty || tail.count < $0.count }) ?? true { shortest = tail }
            }
            if let shortest, !shortest.isEmpty,
                ![":", ",", ".", "!", "?", ";", "'"].contains(shortest.string)
            {
                found.append(shortest.string)
            }
        }
        return found.isEmpty ? [text.string] : found
    }

    /// Numbers with commas, with exponents, and plain ones.
    private static func numbers(in text: String) -> [String] {
        let forms = [
            /-?\b\d{1,3}(?:,\d{3})+\b/,
            /-?\d+(?:\.\d+)?[eE][+-]?\d+/,
            /-?(?:\d+\.\d+|\.\d+|\d+\b)(?![eE][+-]?\d+)(?![,\d])/,
        ]
        return forms.flatMap { text.matches(of: $0.wordBoundaryKind(.simple)).map { String($0.output) } }
    }
}
