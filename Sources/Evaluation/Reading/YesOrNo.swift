/// A yes or no in an answer.
package enum YesOrNo {
    /// Whether the answer starts with yes or no, or else contains only one of the two; nil if undecided.
    ///
    /// Words such as "I do not know" decide nothing.
    package static func isYes(_ answer: String) -> Bool? {
        let text = PlainAnswer(answer).text.lowercased().replacing("’", with: "'")
        let decided = undecided.reduce(text) { $0.replacing($1, with: " ") }
        let words = decided.split { !$0.isLetter }
        if words.first == "yes" { return true }
        if words.first == "no" { return false }
        switch (words.contains("yes"), words.contains("no") || words.contains("not")) {
        case (true, false): return true
        case (false, true): return false
        default: return nil
        }
    }

    private static let undecided = [
        "not know", "not sure", "not certain", "not clear", "not able", "not enough", "not possible to",
        "not determine", "not tell", "not say", "not see enough", "no idea", "no way to", "no information",
        "yes or no", "yes/no",
    ]
}
