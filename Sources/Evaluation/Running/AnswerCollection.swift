import Runs
import Tasks

/// Collects and stores several sampled answers per question, in batches. Questions with a stored answer are skipped.
struct AnswerCollection: Sendable {
    let store: EvaluationStore
    /// Name of this part of the evaluation, such as a condition.
    let part: String
    let itemCount: Int
    let samples: Int
    /// Questions answered concurrently.
    let concurrency: Int
    /// The fraction of answers that may be missing because the model failed.
    let toleratedFailures: Double

    var total: Int { itemCount * samples }

    /// - Parameters:
    ///   - indices: indices of the questions; nil for all.
    ///   - read: reads an item, once for all of its samples in a batch; nil skips it.
    ///   - pose: creates the question of a sample.
    ///   - answer: returns the answers to the questions, in order. Failed ones are not stored, so the next run asks again.
    ///   - onFailure: called with the reason of a failed answer.
    ///   - onProgress: called with the number of completed answers, first before any question is asked.
    ///   - shouldStop: called between batches.
    /// - Returns: false if stopped.
    /// - Throws: ``UnansweredError`` if more answers are missing than tolerated; errors of the closures and of the store.
    func run<Item, Question>(
        _ indices: [Int]? = nil, read: (_ index: Int) async throws -> Item?,
        pose: (_ item: Item, _ key: AnswerKey) -> Question,
        answer: ([Question]) async throws -> [TrajectoryRecord], onFailure: (String) -> Void = { _ in },
        onProgress: (Int) -> Void,
        shouldStop: () -> Bool
    ) async throws -> Bool {
        let answered = Set(try summaries().map(\.group))
        let keys = (indices ?? Array(0..<itemCount)).flatMap { index in
            (0..<samples).map { AnswerKey(group: index * samples + $0, samples: samples) }
        }
        let open = keys.filter { !answered.contains($0.group) }
        var completed = keys.count - open.count
        var unanswered = Unanswered(of: keys.count, tolerated: toleratedFailures)
        onProgress(completed)
        for start in stride(from: 0, to: open.count, by: concurrency) {
            if shouldStop() { return false }
            let batch = open[start..<min(start + concurrency, open.count)]
            var questions: [Question] = []
            for keys in batch.chunked(by: { $0.index == $1.index }) {
                guard let item = try await read(keys[0].index) else { continue }
                questions += keys.map { pose(item, $0) }
            }
            let records = try await answer(questions)
            try store.trajectories.insert(records.filter { !$0.isFailed })
            let failed = records.filter(\.isFailed)
            for record in failed { onFailure(record.finish) }
            try unanswered.add(failed)
            completed += batch.count
            onProgress(completed)
        }
        return true
    }

    private func summaries() throws -> [TrajectorySummary] {
        try store.trajectories.summaries(store.filter(of: part), limit: .max)
    }

    /// The number of stored answers.
    func answerCount() throws -> Int { try store.trajectories.count(store.filter(of: part)) }

    /// The stored answers, sorted by item and sample.
    func records() throws -> [TrajectoryRecord] {
        try store.trajectories.trajectories(store.filter(of: part), limit: .max)
    }
}

extension ArraySlice {
    /// Splits into runs of neighbouring elements that belong together.
    fileprivate func chunked(by belong: (Element, Element) -> Bool) -> [[Element]] {
        reduce(into: []) { chunks, element in
            if let last = chunks.last?.last, belong(last, element) {
                chunks[chunks.count - 1].append(element)
            } else {
                chunks.append([element])
            }
        }
    }
}
