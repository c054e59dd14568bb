/// The rules of lmms-eval's reasoning tasks: whether a text with reasoning ends in the right answer, without a judge.
enum ReasoningAnswer {
    /// - Returns: whether the answer is right, and the parsed answer if there is one.
    static func verdict(on said: String, answer: String) -> Score.Verdict {
        let found = withoutPoint(PythonText(extracted(from: PythonText(said).stripped().string)).stripped())
        let right = withoutPoint(PythonText(answer))
        let prediction = found.isEmpty ? nil : found.string
        if let letter = letter(in: right) {
            return .init(self.letter(in: found) == letter, prediction)
        }
        // A substring of the other text is accepted if it has at least nine tenths of its length.
        let isAlike =
            (right.contains(found.string) && Double(found.count) >= 0.9 * Double(right.count))
            || (found.contains(right.string) && Double(right.count) >= 0.9 * Double(found.count))
            || found.stripped() == right.stripped()
        return .init(isAlike || PlainNumber.areEqual(found.string, right.string), prediction)
    }

    private static func withoutPoint(_ text: PythonText) -> PythonText {
        (text.hasSuffix(".") ? text[0..<text.count - 1] : text).stripped()
    }

    // MARK: Extraction

    /// The content of the first answer tags, else of the last closed box, else the number at the end of the last line that
    /// ends with one.
    static func extracted(from said: String) -> String {
        if let tagged = said.firstMatch(of: /<answer>(.*?)<\/answer>/.dotMatchesNewlines().likePython) {
            return String(tagged.output.1)
        }
        if let box = lastBox(in: PythonText(said)), !box.isEmpty { return box }
        for line in PythonText(said).split(by: "\n").reversed() {
            let number = /\b(\d+(?:\.\d+)?)\b\s*\.?\s*$/.wordBoundaryKind(.simple)
            if let match = line.string.firstMatch(of: number) { return String(match.output.1) }
        }
        return ""
    }

    private static func lastBox(in text: PythonText) -> String? {
        var (last, start): (String?, Int) = (nil, 0)
        while let position = text.first("\\boxed{", from: start) {
            start = position + 1
            let content = position + "\\boxed{".count
            var depth = 1
            for end in content..<text.count {
                if text.scalars[end] == "{" { depth += 1 }
                if text.scalars[end] == "}" { depth -= 1 }
                guard depth == 0 else { continue }
                last = text[content..<end].string
                break
            }
        }
        return last
    }

    // MARK: Letters

    private static let letters = ["A", "B", "C", "D", "E", "F", "G", "H"]

    /// The first match of the highest-weighted pattern for a letter A to H. A text that starts with one of these capitals
    /// always matches, even "Even" and "Cat".
    static func letter(in text: PythonText) -> String? {
        guard !text.stripped().isEmpty else { return nil }
        let text = PythonText(" " + text.stripped().stripped(inTurn: ",.!?;:'\"").string + " ")
        var best: (letter: String, weight: Int, position: Int)?
        func add(_ letter: String, at position: Int?, weight: Int) {
            guard let position else { return }
            if best.map({ ($0.weight, -$0.position) < (weight, -position) }) ?? true {
                best = (letter, weight, position)
            }
        }
        for (form, weight) in [
            ("(%)", 6), ("%.", 5), ("%:", 4), ("%)", 3), ("% ", 2), ("%-", 1), ("%_", 1), ("%=", 1),
        ] {
            for letter in letters {
                add(letter, at: text.last(form.replacing("%", with: letter)), weight: weight)
            }
        }
        let lowercased = text.lowercased
        for start in phrases.compactMap({ lowercased.first($0) }) {
            for letter in letters { add(letter, at: text.first(letter, from: start), weight: 7) }
        }
        let core = text.stripped()
        for (number, letter) in letters.enumerated() {
            if core.hasPrefix(letter) { add(letter, at: 0, weight: 10) }
            if core.hasSuffix(letter) { add(letter, at: text.count - 1, weight: 9) }
            add(letter, at: text.last("\(number + 1). \(letter)"), weight: 8)
        }
        if best == nil { for letter in letters { add(letter, at: text.last(letter), weight: 0) } }
        return best?.letter
    }

    private static let phrases = [
        "the answer is", "answer is", "the correct answer is", "correct answer is", "the answer", "answer",
        "correct answer", "the correct answer", "the best answer is", "best answer is", "the best answer",
        "best answer", "the option is", "option is", "the correct option is", "correct option is",
        "the choice is",
        "choice is", "the correct choice is", "correct choice is", "i choose", "i select", "i pick",
        "my answer is", "my choice is",
    ]
}
