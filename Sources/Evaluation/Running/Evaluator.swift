package import Agent
import CounterRandom
import Imaging
package import JSON
package import Rollout
package import Runs
package import Tasks

/// Evaluates a model on a benchmark. Every answer is stored, so that a stopped evaluation can continue.
///
/// Used by `deepeyes evaluate` and for the evaluations of training runs.
package struct Evaluator: Sendable {
    /// The items of a benchmark, by index.
    package protocol Items: Sendable {
        var count: Int { get }
        func item(at index: Int) async throws -> BenchmarkItem
        func categories(at index: Int) async throws -> [String: [String]]
        /// The item's raw row; empty for a generated item.
        func values(at index: Int) async throws -> [String: JSONValue]
    }

    /// The progress of an evaluation.
    package struct Progress: Sendable {
        package let condition: EvaluationSettings.Condition
        package let completed: Int
        package let total: Int
    }

    /// An item that was skipped because it is invalid.
    package struct BadItem: Hashable, Sendable, Codable {
        package let index: Int
        package let problem: String
    }

    package let benchmark: Benchmark
    package let settings: EvaluationSettings
    package let items: any Items
    private let judge: any Judge
    private let store: EvaluationStore
    private let toleratedFailures: Double

    /// - Parameters:
    ///   - benchmark: the benchmark.
    ///   - items: its items.
    ///   - settings: conditions, sampling and scoring.
    ///   - judge: judge of free text.
    ///   - store: where the answers are stored.
    ///   - toleratedFailures: the fraction of questions of a condition that may stay without an answer.
    package init(
        _ benchmark: Benchmark, items: any Items, settings: EvaluationSettings, judge: any Judge,
        store: EvaluationStore, toleratedFailures: Double = 1
    ) {
        self.benchmark = benchmark
        self.items = items
        self.settings = settings
        self.judge = judge
        self.store = store
        self.toleratedFailures = toleratedFailures
    }

    private var itemCount: Int { min(items.count, settings.limit ?? .max) }

    /// The total number of answers, over all conditions.
    package var total: Int { itemCount * settings.samples * settings.conditions.count }

    /// Asks all questions that have no stored answer.
    ///
    /// - Parameters:
    ///   - runner: runs the rollouts.
    ///   - onProgress: called after each batch.
    ///   - onBadItem: called for each skipped item.
    ///   - onFailure: called with the reason when a question gets no answer; it is asked again in the next run.
    ///   - shouldStop: called between batches.
    /// - Returns: false if stopped.
    /// - Throws: ``BenchmarkError`` if more items are bad than tolerated, ``UnansweredError`` if more questions get no answer;
    ///   errors of the store.
    package func run(
        by runner: any ExampleRollouts, onProgress: @Sendable (Progress) -> Void,
        onBadItem: @Sendable (BadItem) -> Void, onFailure: @Sendable (String) -> Void = { _ in },
        shouldStop: @Sendable () -> Bool
    ) async throws -> Bool {
        var bad: Set<Int> = []
        for (conditionIndex, condition) in settings.conditions.enumerated() {
            let collection = collection(condition)
            let isDone = try await collection.run(
                read: { index -> BenchmarkItem? in
                    do {
                        let item = try await items.item(at: index)
                        try runner.check(item.images)
                        return item
                    } catch {
                        guard bad.insert(index).inserted else { return nil }
                        onBadItem(BadItem(index: index, problem: "\(error)"))
                        try checkTolerance(bad.count, last: error)
                        return nil
                    }
                },
                pose: { item, key in posed(item, key, under: condition, runner.format.boxFrame) },
                answer: { try await answers(to: $0, under: condition, by: runner) },
                onFailure: onFailure,
                onProgress: { completed in
                    onProgress(
                        Progress(
                            condition: condition, completed: conditionIndex * collection.total + completed,
                            total: total))
                }, shouldStop: shouldStop)
            if !isDone { return false }
        }
        return true
    }

    private func collection(_ condition: EvaluationSettings.Condition) -> AnswerCollection {
        AnswerCollection(
            store: store, part: condition.rawValue, itemCount: itemCount, samples: settings.samples,
            concurrency: settings.concurrency, toleratedFailures: toleratedFailures)
    }

    private func checkTolerance(_ count: Int, last: any Error) throws {
        guard Double(count) > max(1, settings.toleratedBadFraction * Double(itemCount)) else { return }
        throw BenchmarkError(
            place: benchmark.title,
            problem:
                "\(count) of \(itemCount) items are bad, more than tolerated; the last one: \(last)")
    }

    // MARK: Asking

    private typealias Posed = (question: PosedQuestion, key: AnswerKey)

    private func posed(
        _ item: BenchmarkItem, _ key: AnswerKey, under condition: EvaluationSettings.Condition,
        _ boxFrame: BoxFrame
    ) -> Posed {
        let question = PosedQuestion(
            item, index: key.index, sample: key.sample,
            seed: settings.ordersOptions ? settings.seed : nil,
            tools: condition == .tools ? item.tools ?? benchmark.tools : [], prompting: settings.prompting,
            boxFrame: boxFrame)
        return (question, key)
    }

    private func answers(
        to posed: [Posed], under condition: EvaluationSettings.Condition, by runner: any ExampleRollouts
    ) async throws -> [TrajectoryRecord] {
        let requests = posed.map { question, key in
            RolloutRequest(
                question.example, at: key.index, recordID: TrajectoryID(group: key.group, sample: 0),
                sampling: Sampling(temperature: settings.temperature, maximumTokens: settings.maximumTokens),
                random: CounterRandom(seed: settings.seed, UInt64(key.index), UInt64(key.sample)))
        }
        let questions = Dictionary(uniqueKeysWithValues: posed.map { ($0.key.group, $0.question) })
        let check = AnswerCheck(judge: judge, originalBox: runner.format.originalBox)
        let purpose = store.purpose(of: condition.rawValue)
        return try await runner.run(requests) { rollout in
            let reward = RewardBreakdown(
                components: [], isCorrect: false, formatError: Reward.formatError(of: rollout.trajectory))
            let record = runner.record(rollout, reward: reward, for: purpose)
            guard let question = questions[record.group] else { return record }
            return try await checked(record, question, check)
        }
    }

    /// The answer with its verdict.
    private func checked(
        _ record: TrajectoryRecord, _ question: PosedQuestion, _ check: AnswerCheck
    ) async throws -> TrajectoryRecord {
        var record = record
        let answer = record.finish == "answered" ? Markup.answerOrText(in: record.lastCompletion) : ""
        let verdict = try await check.verdict(on: answer, to: question)
        record.answer = answer.isEmpty ? nil : answer
        record.isCorrect = verdict.isCorrect
        record.rewards = Outcome.rewards(verdict)
        record.reward = verdict.isCorrect ? 1 : 0
        return record
    }

    // MARK: Results

    /// Whether every question has an answer.
    ///
    /// - Throws: an error of the store.
    package func isComplete() throws -> Bool {
        try settings.conditions.allSatisfy {
            try collection($0).answerCount() >= itemCount * settings.samples
        }
    }

    /// The outcomes under a condition, sorted by item and sample.
    package func outcomes(_ condition: EvaluationSettings.Condition) async throws -> [Outcome] {
        var outcomes: [Outcome] = []
        for record in try records(condition) {
            let key = AnswerKey(group: record.group, samples: settings.samples)
            outcomes.append(
                Outcome(record, at: key, categories: try await items.categories(at: key.index)))
        }
        return outcomes
    }

    /// The outcomes under all conditions.
    package func outcomes() async throws -> [EvaluationSettings.Condition: [Outcome]] {
        var all: [EvaluationSettings.Condition: [Outcome]] = [:]
        for condition in settings.conditions { all[condition] = try await outcomes(condition) }
        return all
    }

    /// The answers under a condition as JSON lines for the official scorer, each with the raw fields of its item.
    ///
    /// - Throws: an error that names the invalid row.
    package func predictions(_ condition: EvaluationSettings.Condition) async throws -> String {
        var lines = ""
        for record in try records(condition) {
            let index = AnswerKey(group: record.group, samples: settings.samples).index
            var values = try await items.values(at: index)
            for field in benchmark.data.fields?.images ?? [] { values[field] = nil }
            for (group, named) in try await items.categories(at: index) where values[group] == nil {
                values[group] = named.first.map(JSONValue.string)
            }
            let said = Markup.withoutSpecialTokens(record.lastCompletion)
            values.merge(benchmark.prediction(said)) { _, said in said }
            lines += JSONValue.object(JSONObject(sorting: values)).text + "\n"
        }
        return lines
    }

    /// The images of an answer's item.
    ///
    /// - Throws: an error that names the invalid row.
    package func images(of record: TrajectoryRecord) async throws -> [any PixelSource] {
        try await items.item(at: AnswerKey(group: record.group, samples: settings.samples).index).images
    }

    /// The answers under a condition, sorted by item and sample.
    package func records(_ condition: EvaluationSettings.Condition) throws -> [TrajectoryRecord] {
        try collection(condition).records()
    }
}

extension Evaluator.Items {
    package func values(at index: Int) -> [String: JSONValue] { [:] }
}

extension BenchmarkQuestions: Evaluator.Items {}

extension TrajectoryRecord {
    var lastCompletion: String { segments.last { $0.kind == .completion }?.text ?? "" }

    /// Whether the rollout failed; `finish` then has the reason.
    var isFailed: Bool { finish.hasPrefix("failed") }
}
