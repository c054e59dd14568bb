import Runs
import Tasks

/// Asks several samples of each of many questions in batches, and keeps the answers; what has one is not asked again.
struct AnswerCollection: Sendable {
    let place: EvaluationPlace
    /// Name of this part of the evaluation, such as a condition.
    let part: String
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
        _ indices: [Int]? = nil, read: (_ index: Int) async throws -> Item?,
        pose: (_ item: Item, _ place: AnswerPlace) -> Question,
        answer: ([Question]) async throws -> [TrajectoryRecord], onProgress: (Int) -> Void,
        shouldStop: () -> Bool
    ) async throws -> Bool {
        let answered = Set(try summaries().map(\.group))
        let places = (indices ?? Array(0..<itemCount)).flatMap { index in
            (0..<samples).map { AnswerPlace(number: index * samples + $0, samples: samples) }
        }
        let open = places.filter { !answered.contains($0.number) }
        var completed = places.count - open.count
        onProgress(completed)
        for start in stride(from: 0, to: open.count, by: concurrency) {
            if shouldStop() { return false }
            let batch = open[start..<min(start + concurrency, open.count)]
            var questions: [Question] = []
            for places in batch.chunked(by: { $0.index == $1.index }) {
                guard let item = try await read(places[0].index) else { continue }
                questions += places.map { pose(item, $0) }
            }
            try await place.store.insert(answer(questions))
            completed += batch.count
            onProgress(completed)
        }
        return true
    }

    private func summaries() throws -> [TrajectorySummary] {
        try place.store.summaries(place.filter(of: part), limit: .max)
    }

    /// How many answers there are.
    func answerCount() throws -> Int { try place.store.count(place.filter(of: part)) }

    /// The answers there are, by item and sample.
    func records() throws -> [TrajectoryRecord] {
        try place.store.trajectories(place.filter(of: part), limit: .max)
    }
}

extension ArraySlice {
    /// Neighbours that belong together, as arrays.
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
