package import Agent
import Imaging

/// Decides whether an answer is right.
package protocol Judge: Sendable {
    /// Whether `answer`, what stood inside `<answer>`, trimmed, answers the question of `example`.
    ///
    /// - Throws: ``Unjudged`` if that cannot be found out.
    func isCorrect(_ answer: String, for example: Example) async throws -> Bool
}

/// No verdict on an answer can be had: it is neither right nor wrong, and its trajectory teaches nothing.
package struct Unjudged: Error, Hashable, CustomStringConvertible {
    package let reason: String

    package init(reason: String) { self.reason = reason }

    package var description: String { reason }
}

/// Compares answers as text, after folding case and white space and dropping a final period.
package struct ExactMatchJudge: Judge {
    package init() {}

    package func isCorrect(_ answer: String, for example: Example) async -> Bool {
        ExactMatchJudge.normalized(answer) == ExactMatchJudge.normalized(example.answer)
    }

    /// The text in lower case, white space folded to single spaces, without a final period.
    package static func normalized(_ text: String) -> String {
        var words = text.lowercased().split(whereSeparator: \.isWhitespace)
        if let last = words.last, last.hasSuffix(".") {
            words[words.count - 1] = last.dropLast()
            if words[words.count - 1].isEmpty { words.removeLast() }
        }
        return words.joined(separator: " ")
    }
}

/// What the rules see in an answer.
package enum RuleFinding: Hashable, Sendable {
    case right
    /// Empty, or of the same closed form as the right answer (an option, yes or no, a number) and another one, or not the box
    /// that was asked for: there is nothing to be understood in it that a rule would miss.
    case wrong
    /// It is not the right answer as far as rules can see; in other words it may say the same.
    case differs
}

/// Accepts a box that overlaps the ground truth enough, as refCOCO does, and what is mathematically the same; other answers
/// by their text.
package struct RuleJudge: Judge {
    private let format: (any ChatFormat)?
    private let threshold: Double

    /// - Parameters:
    ///   - format: tells in which frame answers give boxes; without it they are compared as text.
    ///   - threshold: the least intersection over union.
    package init(format: (any ChatFormat)? = nil, threshold: Double = 0.5) {
        self.format = format
        self.threshold = threshold
    }

    /// - Throws: what the format throws for an image that it cannot take.
    package func isCorrect(_ answer: String, for example: Example) async throws -> Bool {
        try finding(on: answer, for: example) == .right
    }

    /// What the rules say, and whether that is the last word.
    ///
    /// - Throws: what the format throws for an image that it cannot take.
    package func finding(on answer: String, for example: Example) throws -> RuleFinding {
        let (form, answeredForm) = (ClosedForm(example.answer), ClosedForm(answer))
        let isFinal = form?.isSettled(by: answeredForm) ?? false
        if example.rewardKind == .mathematics,
            let isRight = MathVerifier.verify(answer, against: example.answer)
        {
            return isRight ? .right : isFinal ? .wrong : .differs
        }
        guard let format, let box = BoxAnswer.box(in: answer), BoxAnswer.box(in: example.answer) != nil,
            let source = example.images.first
        else {
            let text = ExactMatchJudge.normalized(answer)
            if text == ExactMatchJudge.normalized(example.answer) { return .right }
            if text.isEmpty { return .wrong }
            // (B) and B, or 1,000 and 1000, are the same in another spelling.
            if let form, form == answeredForm { return .right }
            return isFinal ? .wrong : .differs
        }
        let answered = try format.originalBox(box, in: source)
        return answered.bestOverlap(with: example.groundTruthBoxes) >= threshold ? .right : .wrong
    }
}

/// An answer of which nothing but its value matters.
private enum ClosedForm: Hashable {
    case box(Rectangle)
    /// The letter of a choice.
    case option(Character)
    case yesOrNo(Bool)
    case number(Double)

    /// Nil for an answer in words.
    init?(_ text: String) {
        let text = ExactMatchJudge.normalized(text)
        if let box = BoxAnswer.box(in: text) {
            self = .box(box)
        } else if let word = ["yes": true, "no": false][text] {
            self = .yesOrNo(word)
        } else if let letter = text.wholeMatch(of: /\(?([a-h])\)?/)?.1.first {
            self = .option(letter)
        } else if text.contains(/^[-+]?(?:[0-9.]+|[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?)$/),
            let number = Double(text.filter { $0 != "," })
        {
            self = .number(number)
        } else {
            return nil
        }
    }

    /// Whether nothing but the values has to be compared. No words say where a box is.
    func isSettled(by answer: ClosedForm?) -> Bool {
        switch (self, answer) {
        case (.box, _), (.option, .option), (.yesOrNo, .yesOrNo), (.number, .number): true
        default: false
        }
    }
}
