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
    ///   - read: the item that is asked about, once for all of its samples in a batch; nil leaves it out.
    ///   - pose: makes the question of a sample.
    ///   - answer: the answers to questions, in their order.
    ///   - onProgress: told how many are done, the first time before anything is asked.
    ///   - shouldStop: asked between batches.
    /// - Returns: false if stopped.
    /// - Throws: what the closures and the store throw.
    func run<Item, Question>(
        _ indices: [Int]? = nil, read: (_ index: Int) throws -> Item?,
        pose: (_ item: Item, _ index: Int, _ sample: Int) -> Question,
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
            for (index, places) in groups(batch) {
                guard let item = try read(index) else { continue }
                questions += places.map { pose(item, index, $0 % samples) }
            }
            try await store.insert(answer(questions))
            completed += batch.count
            onProgress(completed)
        }
        return true
    }

    /// The places of each item, which follow each other.
    private func groups(_ places: ArraySlice<Int>) -> [(index: Int, places: [Int])] {
        places.reduce(into: []) { groups, place in
            if groups.last?.index != place / samples { groups.append((place / samples, [])) }
            groups[groups.count - 1].places.append(place)
        }
    }

    private func summaries() throws -> [TrajectorySummary] {
        try store.summaries(TrajectoryFilter(origin: origin), limit: .max)
    }

    /// The answers there are.
    func records() throws -> [TrajectoryRecord] {
        try store.trajectories(TrajectoryFilter(origin: origin), limit: .max)
    }
}

extension Array where Element: Sendable {
    /// The results for all elements, found at the same time, in their order.
    ///
    /// - Throws: the first error that `transform` throws.
    func concurrentlyMapped<Result: Sendable>(
        _ transform: @escaping @Sendable (Element) async throws -> Result
    ) async throws -> [Result] {
        try await withThrowingTaskGroup(of: (Int, Result).self) { group in
            for (place, element) in enumerated() {
                group.addTask { (place, try await transform(element)) }
            }
            var results = [Result?](repeating: nil, count: count)
            for try await (place, result) in group { results[place] = result }
            return results.compactMap(\.self)
        }
    }
}
