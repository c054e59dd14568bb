package import Agent
package import Imaging
package import Tasks

/// The result of checking an answer.
package struct Verdict: Hashable, Sendable {
    package var isCorrect = false
    /// The parsed answer; nil if it could not be parsed.
    package var prediction: String?
    /// Why there is no verdict; such an answer is excluded from the score.
    package var unjudged: String?
    /// For a box or region: intersection and union of the answer with the ground truth, in pixels.
    package var intersection = 0.0
    package var union = 0.0
}

/// Decides whether answers to a benchmark's questions are right.
package struct AnswerCheck: Sendable {
    private let judge: any Judge
    private let originalBox: @Sendable (Rectangle, any PixelSource) throws -> Rectangle

    /// - Parameters:
    ///   - judge: judges answers that are text or mathematics.
    ///   - originalBox: converts a box from the model's frame to pixels of the original image.
    package init(
        judge: any Judge, originalBox: @escaping @Sendable (Rectangle, any PixelSource) throws -> Rectangle
    ) {
        self.judge = judge
        self.originalBox = originalBox
    }

    /// - Parameters:
    ///   - answer: the answer that `Markup.answerOrText` extracted.
    ///   - question: the question that was asked.
    /// - Throws: errors of the judge other than `Unjudged`, and errors of reading an image.
    package func verdict(on answer: String, to question: PosedQuestion) async throws -> Verdict {
        let item = question.item
        switch item.form {
        case .option:
            let letter = OptionReader(answer, options: question.shownOptions).index
            let option = letter.flatMap(question.option)
            return Verdict(
                isCorrect: option != nil && option == item.rightOption,
                prediction: letter.map(OptionLetters.letter))
        case .yesNo:
            let saysYes = YesOrNo.isYes(answer)
            return Verdict(
                isCorrect: saysYes != nil && saysYes == YesOrNo.isYes(item.answer),
                prediction: saysYes.map { $0 ? "yes" : "no" })
        case .text, .mathematics:
            if answer.isEmpty { return Verdict() }
            do {
                return Verdict(
                    isCorrect: try await judge.isCorrect(answer, for: question.example), prediction: answer)
            } catch let error as Unjudged {
                return Verdict(prediction: answer, unjudged: error.reason)
            }
        case .box, .region:
            return try overlap(of: answer, with: item)
        }
    }

    private func overlap(of answer: String, with item: BenchmarkItem) throws -> Verdict {
        guard let written = BoxAnswer.box(in: answer), let image = item.images.first else { return Verdict() }
        let box = try originalBox(written, image)
        var verdict = Verdict(prediction: answer)
        if item.form == .region {
            var answered = PolygonMask(width: image.size.width, height: image.size.height)
            answered.fill(box, with: 1)
            let target = ReasonSeg.mask(of: item.outlines, size: image.size)
            let pixels = ReasonSeg.overlap(of: answered, with: target)
            (verdict.intersection, verdict.union) = (Double(pixels.shared), Double(pixels.union))
        } else {
            verdict.union = 1
            verdict.intersection = box.bestOverlap(with: item.boxes)
        }
        verdict.isCorrect = verdict.union > 0 && verdict.intersection / verdict.union >= 0.5
        return verdict
    }
}
