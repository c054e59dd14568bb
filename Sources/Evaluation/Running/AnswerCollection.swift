import Runs

/// Asks several samples of each of many questions in batches, and keeps the answers; what has one is not asked again.
struct AnswerCollection: Sendable {
    let store: TrajectoryStore
    /// Under which answers are kept; their step is the sample and their group the question.
    let origin: TrajectoryOrigin
    let itemCount: Int
    let samples: Int
    /// Questions asked at the same time.
    let concurrency: Int

    var total: Int { itemCount * samples }

    /// - Parameters:
    ///   - indices: of the questions to ask; nil for all.
    ///   - pose: makes a question; nil leaves it out.
    ///   - answer: the answers to questions, in their order.
    ///   - onProgress: told how many are done, the first time before anything is asked.
    ///   - shouldStop: asked between batches.
    /// - Returns: false if stopped.
    /// - Throws: what the closures and the store throw.
    func run<Question>(
        _ indices: [Int]? = nil, pose: (_ index: Int, _ sample: Int) async throws -> Question?,
        answer: ([Question]) async throws -> [TrajectoryRecord], onProgress: (Int) -> Void,
        shouldStop: () -> Bool
    ) async throws -> Bool {
        let answered = Set(try summaries().map { $0.group * samples + $0.step })
        let places = (indices ?? Array(0..<itemCount)).flatMap { index in
            (0..<samples).map { index * samples + $0 }
        }
        let open = places.filter { !answered.contains($0) }
        var completed = places.count - open.count
        onProgress(completed)
        for start in stride(from: 0, to: open.count, by: concurrency) {
            if shouldStop() { return false }
            let batch = open[start..<min(start + concurrency, open.count)]
            var questions: [Question] = []
            for place in batch {
                let (index, sample) = place.quotientAndRemainder(dividingBy: samples)
                if let question = try await pose(index, sample) { questions.append(question) }
            }
            try await store.insert(answer(questions))
            completed += batch.count
            onProgress(completed)
        }
        return true
    }

    private func summaries() throws -> [TrajectorySummary] {
        try store.summaries(TrajectoryFilter(origin: origin), limit: .max)
    }

    /// The answers there are.
    func records() throws -> [TrajectoryRecord] {
        try store.trajectories(TrajectoryFilter(origin: origin), limit: .max)
    }
}
