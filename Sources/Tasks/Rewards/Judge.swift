package import Agent
import Imaging

/// Decides whether an answer is right.
package protocol Judge: Sendable {
    /// Whether `answer`, the trimmed content of `<answer>`, is a right answer to the question of `example`.
    ///
    /// - Throws: ``Unjudged`` if this cannot be decided.
    func isCorrect(_ answer: String, for example: Example) async throws -> Bool
}

/// There is no verdict on an answer: it is neither right nor wrong, and its trajectory is not trained on.
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

/// The result of the rules for an answer.
package enum RuleFinding: Hashable, Sendable {
    case right
    /// Certainly wrong: empty, or a different value of the same closed form as the right answer (an option, yes or no, a
    /// number), or not the expected box.
    case wrong
    /// Not equal to the right answer according to the rules, but possibly the same in other words.
    case differs
}

/// Judges by rules: a box by its overlap with the ground truth, as in refCOCO, mathematics by equality, and other answers by
/// their text.
package struct RuleJudge: Judge {
    private let format: (any ChatFormat)?
    private let threshold: Double

    /// - Parameters:
    ///   - format: sets the coordinate frame of boxes; without it, boxes are compared as text.
    ///   - threshold: the minimum intersection over union.
    package init(format: (any ChatFormat)? = nil, threshold: Double = 0.5) {
        self.format = format
        self.threshold = threshold
    }

    /// - Throws: an error of the format for an image that the model does not support.
    package func isCorrect(_ answer: String, for example: Example) async throws -> Bool {
        try finding(on: answer, for: example) == .right
    }

    /// The result of the rules, including whether it is final.
    ///
    /// - Throws: an error of the format for an image that the model does not support.
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
            // Different spellings of the same value, such as (B) and B, or 1,000 and 1000.
            if let form, form == answeredForm { return .right }
            return isFinal ? .wrong : .differs
        }
        let answered = try format.originalBox(box, in: source)
        return answered.bestOverlap(with: example.groundTruthBoxes) >= threshold ? .right : .wrong
    }
}

/// An answer of closed form, of which only the value matters.
private enum ClosedForm: Hashable {
    case box(Rectangle)
    /// The letter of a choice.
    case option(Character)
    case yesOrNo(Bool)
    case number(Double)

    /// Nil for a free-text answer.
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

    /// Whether comparing values is sufficient. A box cannot be given in words, so for boxes it always is.
    func isSettled(by answer: ClosedForm?) -> Bool {
        switch (self, answer) {
        case (.box, _), (.option, .option), (.yesOrNo, .yesOrNo), (.number, .number): true
        default: false
        }
    }
}
