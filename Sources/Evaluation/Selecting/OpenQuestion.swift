import Agent
import Tasks

/// A question with options as one without: the option lines go, and the text of the right one is the answer.
enum OpenQuestion {
    /// Options that mean nothing without the others.
    private static let references = [
        "above", "below", "both", "neither", "none of", "all of", "option", "cannot",
    ]

    /// The example without its options; itself if it has none; nil if it cannot do without them.
    static func opened(_ example: Example) -> Example? {
        guard let last = example.messages.last, case .text(let text)? = last.parts.last,
            let list = OptionList(text)
        else { return example }
        guard let place = AnswerReader.option(in: example.answer, of: list.options) else { return nil }
        let answer = list.options[place]
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

/// A question that ends in lines such as `A. red`, with or without an instruction after them.
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
                // A heading of the list goes with it.
                if line.wholeMatch(of: /[Oo]ptions?:|[Cc]hoices?:/) == nil { kept.append(line) }
            }
        }
        guard options.count >= 2 else { return nil }
        self.options = options
        question = String(kept.joined(separator: "\n").trimmed)
    }
}
