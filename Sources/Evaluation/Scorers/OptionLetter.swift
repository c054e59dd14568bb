/// The rules by which official scorers extract an option letter from an answer; nil if they find none.
enum OptionLetter {
    // MARK: V*Bench

    /// The rule of lmms-eval for V*Bench. Case is ignored, so that "Because" and "the answer is blue" give B.
    static func vstar(_ said: String) -> String? {
        let text = PythonText(said).stripped().uppercased.string
        let forms = [
            /^([A-D])/,
            /(?:THE\s+)?(?:ANSWER|CHOICE|OPTION)(?:\s+IS)?[\s:]+([A-D])/,
            /\(([A-D])\)/,
            /([A-D])\s*[.)\]]/,
        ]
        for form in forms {
            if let match = text.firstMatch(of: form.likePython) { return String(match.output.1) }
        }
        let words = PythonText(text).words
        if let alone = words.first(where: { letters.contains($0) }) { return alone }
        let all = text.unicodeScalars.map { String($0) }.filter { letters.contains($0) }
        return all.count == 1 ? all[0] : nil
    }

    private static let letters = ["A", "B", "C", "D"]

    // MARK: HR-Bench

    /// The rule of VLMEvalKit: the only letter among the words, else the only option whose text occurs in the answer. "Z"
    /// is a refusal; nil needs a judge.
    static func inferred(_ said: String, options: [(letter: String, text: String)]) -> String? {
        let answer = PythonText(said)
        if !answer.contains("Failed to obtain answer via API") {
            if refusals.contains(where: answer.contains) { return "Z" }
            let words = Set(answer.spaced(at: ".()[],:;!*#{}").words)
            let named = options.filter { words.contains($0.letter) }
            if named.count == 1 { return named[0].letter }
            if named.isEmpty, words.contains("Z") { return "Z" }
        }
        let lowercased = answer.lowercased
        let told = options.filter { lowercased.contains($0.text.lowercased()) }
        return told.count == 1 ? told[0].letter : nil
    }

    private static let refusals = [
        "Sorry, I can't help with images of people yet.", "I can't process this file.",
        "I'm sorry, but without the image provided", "Cannot determine the answer",
    ]

    // MARK: MME-RealWorld

    /// The rule of MME-RealWorld: the first of the letters A to E after certain phrases are removed, even the C of
    /// "Clearly". If there is none, a text that is a substring of "(a)", such as the empty text, is A.
    static func mmeRealWorld(_ said: String) -> String? {
        let text = phrases.reduce(PythonText(said).stripped()) { $0.replacing($1, with: "") }
        if let letter = text.scalars.first(where: { ("A"..."E").contains($0) }) { return String(letter) }
        if text.words.count > 10 { return nil }
        let lowercased = text.lowercased.string
        return ["A", "B", "C", "D", "E"].first { PythonText("(\($0.lowercased()))").contains(lowercased) }
    }

    private static let phrases = [
        "The best answer is", "The correct answer is", "The answer is", "The answer", "The best option is",
        "The correct option is", "Best answer:", "Best option:",
    ]

    // MARK: MMStar

    /// The rule of lmms-eval for MMStar: of all matches, the last one of the pattern with the highest weight.
    static func mmstar(_ said: String) -> String? {
        let inner = PythonText(said).stripped()
        guard !inner.isEmpty else { return nil }
        let text = PythonText(" " + inner.stripped(inTurn: ",.!?;:'\"").string + " ")
        var positions = Positions()
        for (form, weight) in [("(%)", 6), ("%.", 5), ("%:", 4), ("%)", 3), ("% ", 2)] {
            for letter in letters {
                positions.add(letter, at: text.last(form.replacing("%", with: letter)), weight: weight)
            }
        }
        let lowercased = text.lowercased
        for phrase in answerPhrases {
            guard let position = lowercased.first(phrase) else { continue }
            for letter in letters {
                positions.add(
                    letter, at: text.first(letter, from: position + phrase.unicodeScalars.count), weight: 7)
            }
        }
        let core = text.stripped()
        for letter in letters where core.hasPrefix(letter) {
            positions.add(
                letter, at: core.count == 1 || !core.scalars[1].isPythonLetter ? 0 : nil, weight: 10)
        }
        for letter in letters where core.hasSuffix(letter) {
            let isAlone = core.count == 1 || !core.scalars[core.count - 2].isPythonLetter
            positions.add(letter, at: isAlone ? text.count - 1 : nil, weight: 9)
        }
        if positions.best == nil {
            for letter in letters { positions.add(letter, at: text.last(letter), weight: 0) }
        }
        return positions.best?.letter
    }

    /// The last position of the greatest weight; of equal ones, the first added.
    private struct Positions {
        var best: (letter: String, weight: Int, position: Int)?

        mutating func add(_ letter: String, at position: Int?, weight: Int) {
            guard let position else { return }
            if best.map({ ($0.weight, $0.position) < (weight, position) }) ?? true {
                best = (letter, weight, position)
            }
        }
    }

    private static let answerPhrases = [
        "the answer is", "answer is", "the correct answer is", "correct answer is", "the best answer is",
        "best answer is",
        "the correct option is", "correct option is", "the best option is", "best option is", "the choice is",
        "choice is",
        "the correct choice is", "correct choice is", "i choose", "i select", "i pick", "my answer is",
        "my choice is",
        "옵션", "정답은", "답은", "답:", "答案是", "答案为", "选", "答えは",
    ]
}
