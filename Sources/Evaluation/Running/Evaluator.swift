package import Agent
import CounterRandom
import Imaging
package import JSON
package import Runs
package import Tasks

/// Asks a model the questions of a benchmark and keeps every answer, so that an evaluation that was stopped goes on.
package struct Evaluator: Sendable {
    /// Items to ask, by position.
    package protocol Items: Sendable {
        var count: Int { get }
        func item(at index: Int) throws -> BenchmarkItem
        func categories(at index: Int) throws -> [String: [String]]
        /// What lies on disk of an item.
        func values(at index: Int) throws -> [String: JSONValue]
    }

    /// How far it is.
    package struct Progress: Sendable {
        package let arm: EvaluationSettings.Arm
        package let completed: Int
        package let total: Int
    }

    /// An item that could not be asked.
    package struct BadItem: Hashable, Sendable, Codable {
        package let index: Int
        package let problem: String
    }

    package let benchmark: Benchmark
    package let settings: EvaluationSettings
    private let items: any Items
    private let judge: any Judge
    private let store: TrajectoryStore

    package init(
        _ benchmark: Benchmark, items: any Items, settings: EvaluationSettings, judge: any Judge,
        store: TrajectoryStore
    ) {
        self.benchmark = benchmark
        self.items = items
        self.settings = settings
        self.judge = judge
        self.store = store
    }

    private var itemCount: Int { min(items.count, settings.limit ?? .max) }

    /// Answers in all arms.
    package var total: Int { itemCount * settings.samples * settings.arms.count }

    /// Asks what has no answer yet.
    ///
    /// - Parameters:
    ///   - respondent: answers.
    ///   - onProgress: told after each batch.
    ///   - onBadItem: told of each item that is left out.
    ///   - onFailure: told why a question got no answer; it is not kept, so that it is asked again another time.
    ///   - shouldStop: asked between batches.
    /// - Returns: false if stopped.
    /// - Throws: ``BenchmarkError`` if more items are unusable than are tolerated, and what the model or the store throw.
    package func run(
        asking respondent: any Respondent, onProgress: @Sendable (Progress) -> Void,
        onBadItem: @Sendable (BadItem) -> Void, onFailure: @Sendable (String) -> Void = { _ in },
        shouldStop: @Sendable () -> Bool
    ) async throws -> Bool {
        var bad: Set<Int> = []
        for (number, arm) in settings.arms.enumerated() {
            let collection = collection(arm)
            let isDone = try await collection.run(
                read: { index -> BenchmarkItem? in
                    do {
                        let item = try items.item(at: index)
                        try respondent.check(item.images)
                        return item
                    } catch {
                        guard bad.insert(index).inserted else { return nil }
                        onBadItem(BadItem(index: index, problem: "\(error)"))
                        try checkTolerance(bad.count, last: error)
                        return nil
                    }
                },
                pose: { item, index, sample in
                    PosedPlace(index, sample, question(item, index, sample: sample, arm: arm))
                },
                answer: { places in
                    let records = try await answers(to: places, in: arm, by: respondent)
                    for record in records where record.isFailed { onFailure(record.finish) }
                    return records.filter { !$0.isFailed }
                },
                onProgress: { completed in
                    onProgress(
                        Progress(arm: arm, completed: number * collection.total + completed, total: total))
                }, shouldStop: shouldStop)
            if !isDone { return false }
        }
        return true
    }

    private struct PosedPlace {
        let index: Int
        let sample: Int
        let question: PosedQuestion

        init(_ index: Int, _ sample: Int, _ question: PosedQuestion) {
            self.index = index
            self.sample = sample
            self.question = question
        }
    }

    private func collection(_ arm: EvaluationSettings.Arm) -> AnswerCollection {
        AnswerCollection(
            store: store, origin: .evaluation(arm.rawValue), itemCount: itemCount, samples: settings.samples,
            concurrency: settings.concurrency)
    }

    private func checkTolerance(_ count: Int, last: any Error) throws {
        guard Double(count) > max(1, settings.toleratedBadShare * Double(itemCount)) else { return }
        throw BenchmarkError(
            place: benchmark.title,
            problem:
                "\(count) of \(itemCount) items cannot be asked, more than are tolerated; the last: \(last)")
    }

    private func question(
        _ item: BenchmarkItem, _ index: Int, sample: Int, arm: EvaluationSettings.Arm
    ) -> PosedQuestion {
        PosedQuestion(
            item, index: index, sample: sample, seed: settings.ordersOptions ? settings.seed : nil,
            tools: arm == .tools ? item.tools ?? benchmark.tools : [], prompting: settings.prompting)
    }

    private func answers(
        to places: [PosedPlace], in arm: EvaluationSettings.Arm, by respondent: any Respondent
    ) async throws -> [TrajectoryRecord] {
        let inquiries = places.map { place in
            Inquiry(
                index: place.index, sample: place.sample, example: place.question.example,
                sampling: Sampling(temperature: settings.temperature, maximumTokens: settings.maximumTokens),
                random: CounterRandom(seed: settings.seed, UInt64(place.index), UInt64(place.sample)))
        }
        let records = try await respondent.answers(to: inquiries, origin: .evaluation(arm.rawValue))
        let check = AnswerCheck(judge: judge, originalBox: respondent.originalBox)
        return try await Array(zip(records, places.map(\.question))).concurrentlyMapped { record, question in
            try await checked(record, question, check)
        }
    }

    /// The answer with what it came to.
    private func checked(
        _ record: TrajectoryRecord, _ question: PosedQuestion, _ check: AnswerCheck
    ) async throws -> TrajectoryRecord {
        var record = record
        let answer = record.finish == "answered" ? AnswerReader.answer(in: record.lastCompletion) : ""
        let verdict = try await check.verdict(on: answer, to: question)
        record.answer = answer.isEmpty ? nil : answer
        record.isCorrect = verdict.isCorrect
        record.rewards = Outcome.rewards(verdict)
        record.reward = verdict.isCorrect ? 1 : 0
        return record
    }

    // MARK: What is kept

    /// What came of the answers of an arm, by item and sample.
    package func outcomes(_ arm: EvaluationSettings.Arm) throws -> [Outcome] {
        try collection(arm).records()
            .map { Outcome($0, categories: try items.categories(at: $0.group)) }
            .sorted { ($0.index, $0.sample) < ($1.index, $1.sample) }
    }

    /// The answers of an arm as the official scorer reads them: a line for each, with what lies on disk of its item.
    ///
    /// - Throws: an error that names the row that cannot be used.
    package func predictions(_ arm: EvaluationSettings.Arm) throws -> String {
        try records(arm).sorted { ($0.group, $0.step) < ($1.group, $1.step) }.map { record in
            var values = try items.values(at: record.group)
            for field in benchmark.data.fields?.images ?? [] { values[field] = nil }
            for (group, named) in try items.categories(at: record.group) where values[group] == nil {
                values[group] = named.first.map(JSONValue.string)
            }
            let said = AnswerReader.withoutMarks(record.lastCompletion)
            values.merge(benchmark.prediction(said)) { _, said in said }
            return JSONValue.object(JSONObject(sorting: values)).text + "\n"
        }.joined()
    }

    /// The images of an item.
    ///
    /// - Throws: an error that names the row that cannot be used.
    package func images(at index: Int) throws -> [any PixelSource] { try items.item(at: index).images }

    /// The answers of an arm, to look at.
    package func records(_ arm: EvaluationSettings.Arm) throws -> [TrajectoryRecord] {
        try collection(arm).records()
    }
}

extension BenchmarkQuestions: Evaluator.Items {}

extension TrajectoryRecord {
    fileprivate var lastCompletion: String { segments.last { $0.kind == .completion }?.text ?? "" }

    /// Whether the model could not be asked, for the reason that `finish` gives.
    var isFailed: Bool { finish.hasPrefix("failed") }
}
