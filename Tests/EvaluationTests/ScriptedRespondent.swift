import Agent
import Evaluation
import Foundation
import Imaging
import Runs
import Synchronization
import Tasks

/// Says what a script says to each question, and remembers what it was asked.
final class ScriptedRespondent: Respondent {
    private let completion: @Sendable (Inquiry) -> String
    private let asked = Mutex<[Inquiry]>([])

    init(_ completion: @escaping @Sendable (Inquiry) -> String) { self.completion = completion }

    var inquiries: [Inquiry] { asked.withLock { $0 } }

    func answers(to inquiries: [Inquiry], origin: TrajectoryOrigin) async throws -> [TrajectoryRecord] {
        asked.withLock { $0 += inquiries }
        return inquiries.map { inquiry in
            let text = completion(inquiry)
            return TrajectoryRecord(
                origin: origin, step: inquiry.sample, group: inquiry.index, sample: 0,
                exampleID: inquiry.example.id, kind: inquiry.example.kind, question: inquiry.example.question,
                expected: inquiry.example.answer, answer: Markup.answer(in: text), images: [],
                groundTruthBoxes: [], segments: [SegmentRecord(kind: .completion, text: text, tokens: [1])],
                calls: [], rewards: [], reward: 0, advantage: 0, isCorrect: false, hasFormatError: false,
                finish: "answered")
        }
    }

    func check(_ images: [any PixelSource]) {}

    func originalBox(_ box: Rectangle, in image: any PixelSource) -> Rectangle { box }
}

/// A stop after so many batches.
func stopping(after batches: Int) -> @Sendable () -> Bool {
    let left = Counter(batches)
    return { left.isUsedUp() }
}

private final class Counter: Sendable {
    private let left: Mutex<Int>

    init(_ count: Int) { left = Mutex(count) }

    func isUsedUp() -> Bool {
        left.withLock { left in
            left -= 1
            return left < 0
        }
    }
}
