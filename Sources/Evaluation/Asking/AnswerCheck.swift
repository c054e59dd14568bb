package import Agent
package import Imaging
package import Tasks

/// What an answer came to.
package struct Verdict: Hashable, Sendable {
    package var isCorrect = false
    /// What was understood of the answer; nil if nothing.
    package var prediction: String?
    /// Why there is no verdict; the answer takes no part in the score then.
    package var unjudged: String?
    /// Of a box or region: pixels that both cover, and that one of them covers.
    package var intersection = 0.0
    package var union = 0.0
}

/// Decides whether answers to a benchmark's questions are right.
package struct AnswerCheck: Sendable {
    private let judge: any Judge
    private let originalBox: @Sendable (Rectangle, any PixelSource) throws -> Rectangle

    /// - Parameters:
    ///   - judge: asked about text and mathematics.
    ///   - originalBox: a box that the model wrote, in pixels of the image as it lies on disk.
    package init(
        judge: any Judge, originalBox: @escaping @Sendable (Rectangle, any PixelSource) throws -> Rectangle
    ) {
        self.judge = judge
        self.originalBox = originalBox
    }

    /// - Parameters:
    ///   - answer: what was found by ``AnswerReader``.
    ///   - question: as it was put.
    /// - Throws: what the judge throws but `Unjudged`, and what viewing an image throws.
    package func verdict(on answer: String, to question: PosedQuestion) async throws -> Verdict {
        let item = question.item
        switch item.form {
        case .option:
            let place = AnswerReader.option(in: answer, of: question.shownOptions)
            return Verdict(
                isCorrect: place.map { question.order[$0] } == item.rightOption && place != nil,
                prediction: place.map(OptionLetters.letter))
        case .yesNo:
            let saysYes = AnswerReader.saysYes(in: answer)
            let isYes = item.answer.lowercased() == "yes"
            return Verdict(isCorrect: saysYes == isYes, prediction: saysYes.map { $0 ? "yes" : "no" })
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
