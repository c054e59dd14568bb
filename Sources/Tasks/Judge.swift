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

/// Accepts a box that overlaps the ground truth enough, as refCOCO does, and what is mathematically the same; other answers
/// by their text.
package struct RuleJudge: Judge {
    private let format: any ChatFormat
    private let threshold: Double

    /// `format` tells in which frame answers give boxes; `threshold` is the least intersection over union.
    package init(format: any ChatFormat, threshold: Double = 0.5) {
        self.format = format
        self.threshold = threshold
    }

    /// - Throws: what the format throws for an image that it cannot take.
    package func isCorrect(_ answer: String, for example: Example) async throws -> Bool {
        if example.rewardKind == .mathematics,
            let isRight = MathVerifier.verify(answer, against: example.answer)
        {
            return isRight
        }
        guard let box = BoxAnswer.box(in: answer), BoxAnswer.box(in: example.answer) != nil,
            let source = example.images.first
        else { return await ExactMatchJudge().isCorrect(answer, for: example) }
        let view = try format.view(source, region: nil, rotation: .upright)
        let answered = view.originalBox(ofViewed: view.viewedBox(of: box, in: format.boxFrame))
        return example.groundTruthBoxes.contains {
            answered.intersectionOverUnion(with: $0) >= threshold
        }
    }
}
