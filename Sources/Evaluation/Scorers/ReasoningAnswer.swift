/// How the reasoning tasks of lmms-eval decide whether a text with thoughts ends in the right answer, a model
/// not being asked.
enum ReasoningAnswer {
    /// - Returns: whether it is right, and what was understood of it; nil if nothing.
    static func verdict(on said: String, answer: String) -> Score.Verdict {
        let found = withoutPoint(PythonText(extracted(from: PythonText(said).stripped().string)).stripped())
        let right = withoutPoint(PythonText(answer))
        let understood = found.isEmpty ? nil : found.string
        if let letter = letter(in: right) {
            return .init(self.letter(in: found) == letter, understood)
        }
        // A part of the other counts from nine tenths of its length.
        let isAlike =
            (right.contains(found.string) && Double(found.count) >= 0.9 * Double(right.count))
            || (found.contains(right.string) && Double(right.count) >= 0.9 * Double(found.count))
            || found.stripped() == right.stripped()
        return .init(isAlike || PlainNumber.areEqual(found.string, right.string), understood)
    }

    private static func withoutPoint(_ text: PythonText) -> PythonText {
        (text.hasSuffix(".") ? text[0..<text.count - 1] : text).stripped()
    }

    // MARK: Extraction

    /// What the first answer tags hold, else the last closed box, else the number that ends the last line to
    /// end in one.
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
        while let place = text.first("\\boxed{", from: start) {
            start = place + 1
            let content = place + "\\boxed{".count
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

    /// Of all places that look like a letter of A to H, the first of the most telling form. A text that
    /// begins with a capital of these is always one, "Even" and "Cat" too.
    static func letter(in text: PythonText) -> String? {
        guard !text.stripped().isEmpty else { return nil }
        let text = PythonText(" " + text.stripped().stripped(inTurn: ",.!?;:'\"").string + " ")
        var best: (letter: String, weight: Int, place: Int)?
        func add(_ letter: String, at place: Int?, weight: Int) {
            guard let place else { return }
            if best.map({ ($0.weight, -$0.place) < (weight, -place) }) ?? true {
                best = (letter, weight, place)
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
