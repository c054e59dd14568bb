import Agent
import Tasks

/// Turns a multiple-choice question into an open one: removes the options; the right option's text becomes the answer.
enum OpenQuestion {
    /// Phrases of options that refer to the other options.
    private static let references = [
        "above", "below", "both", "neither", "none of", "all of", "option", "cannot",
    ]

    /// The example without options; unchanged if it has none; nil if the question needs its options.
    static func opened(_ example: Example) -> Example? {
        guard let last = example.messages.last, case .text(let text)? = last.parts.last,
            let list = OptionList(text)
        else { return example }
        guard let index = OptionReader(example.answer, options: list.options).index else { return nil }
        let answer = list.options[index]
        let lowered = answer.lowercased()
        let refers = references.contains { lowered.contains($0) }
        guard !refers, !list.question.isEmpty, !list.question.lowercased().contains("which of the following")
        else { return nil }
        let message = Example.Message(role: last.role, parts: last.parts.dropLast() + [.text(list.question)])
        return Example(
            id: example.id, messages: example.messages.dropLast() + [message], images: example.images,
            answer: answer, kind: example.kind, tools: example.tools,
            groundTruthBoxes: example.groundTruthBoxes, rewardKind: example.rewardKind)
    }
}

/// A question followed by option lines such as `A. red` and possibly an instruction.
private struct OptionList {
    let question: String
    let options: [String]

    init?(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.trimmed }
        var options: [String] = []
        var kept: [Substring] = []
        for line in lines {
            let letter = OptionLetters.letter(options.count)
            if let match = line.wholeMatch(of: /\(?([A-Z])[).:]\s*(.+)/), match.output.1 == letter {
                options.append(String(match.output.2))
            } else if options.isEmpty {
                // The heading of the list is removed too.
                if line.wholeMatch(of: /[Oo]ptions?:|[Cc]hoices?:/) == nil { kept.append(line) }
            }
        }
        guard options.count >= 2 else { return nil }
        self.options = options
        question = String(kept.joined(separator: "\n").trimmed)
    }
}
