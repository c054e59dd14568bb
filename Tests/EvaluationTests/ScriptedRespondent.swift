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

/// A folder for the length of a test.
func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = try makeFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}

/// A folder for the length of a test.
func inFolder(_ body: (URL) async throws -> Void) async throws {
    let folder = try makeFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder)
}

private func makeFolder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appending(path: "deepeyes-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
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
