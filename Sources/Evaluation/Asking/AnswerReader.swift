import Agent
import Tasks

/// Extracts answers from completions. An ambiguous answer is nil and counts as wrong.
package enum AnswerReader {
    /// The content of `<answer>`, else of the last `\boxed{}`, else the text after the reasoning.
    package static func answer(in completion: String) -> String {
        if let tagged = Markup.answer(in: completion) { return tagged }
        let rest =
            completion.firstRange(of: "</think>").map { completion[$0.upperBound...] } ?? completion[...]
        let text = withoutSpecialTokens(String(rest))
        return MathVerifier.boxed(in: text) ?? String(text.trimmed)
    }

    /// The text without special tokens such as `<|im_end|>`.
    static func withoutSpecialTokens(_ text: String) -> String { text.replacing(#/<\|[a-z_]+\|>/#, with: "") }

    /// The index of the option that the answer names by letter or by text.
    package static func option(in answer: String, of options: [String]) -> Int? {
        let answer = unwrapped(answer)
        let normalized = options.map(ExactMatchJudge.normalized)
        if let exact = normalized.firstIndex(of: ExactMatchJudge.normalized(answer)) { return exact }
        if let letter = letter(in: answer, count: options.count) { return letter }
        let text = ExactMatchJudge.normalized(answer)
        let named = normalized.indices.filter { !normalized[$0].isEmpty && text.contains(normalized[$0]) }
        // If one named option contains another ("red", "dark red"), the longer one is meant.
        let meant = named.filter { index in
            !named.contains { $0 != index && normalized[$0].contains(normalized[index]) }
        }
        return meant.count == 1 ? meant[0] : nil
    }

    /// Whether the answer starts with yes or no, or else contains only one of the two; nil if undecided.
    package static func saysYes(in answer: String) -> Bool? {
        let words = unwrapped(answer).lowercased().split { !$0.isLetter }
        if words.first == "yes" { return true }
        if words.first == "no" { return false }
        switch (words.contains("yes"), words.contains("no") || words.contains("not")) {
        case (true, false): return true
        case (false, true): return false
        default: return nil
        }
    }

    /// The answer without formatting: `\boxed{}`, `\text{}`, asterisks, dollar signs, quotes.
    private static func unwrapped(_ answer: String) -> String {
        let text = (MathVerifier.boxed(in: answer) ?? answer).filter { !"*`\"$".contains($0) }.trimmed
        return text.wholeMatch(of: /\\text(?:bf)?\{(.*)\}/).map { String($0.output.1) } ?? String(text)
    }

    private static func letter(in answer: String, count: Int) -> Int? {
        func index(_ letter: Substring) -> Int? {
            OptionLetters.index(of: letter).flatMap { $0 < count ? $0 : nil }
        }
        // The whole answer is "B", "(b)", "B." or "option B".
        if let whole = answer.wholeMatch(of: /(?:[Oo]ption )?\(?([A-Za-z])\)?[.:]?/) {
            return index(whole.output.1)
        }
        // "… the answer is (B)": the last occurrence counts, because a model may change its mind.
        let stated = answer.matches(
            of: /(?:[Aa]nswer|[Oo]ption|choice)(?: is|:)?:? \(?([A-Z])\)?(?![A-Za-z'])/
        )
        .compactMap { index($0.output.1) }
        if let last = stated.last { return last }
        let bracketed = Set(answer.matches(of: /\(([A-Z])\)/).compactMap { index($0.output.1) })
        if bracketed.isEmpty, let start = answer.prefixMatch(of: /([A-Z])[.:)](?=\s)/) {
            return index(start.output.1)
        }
        return bracketed.count == 1 ? bracketed.first : nil
    }
}
