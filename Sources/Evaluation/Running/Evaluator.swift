package import Agent
import CounterRandom
import Imaging
package import JSON
package import Rollout
package import Runs
package import Tasks

/// Asks a model the questions of a benchmark and keeps every answer, so that an evaluation that was stopped goes on.
///
/// `deepeyes evaluate` and the evaluations of a training run are this one.
package struct Evaluator: Sendable {
    /// Items to ask, by index.
    package protocol Items: Sendable {
        var count: Int { get }
        func item(at index: Int) async throws -> BenchmarkItem
        func categories(at index: Int) async throws -> [String: [String]]
        /// What lies on disk of an item; nothing of one that is made.
        func values(at index: Int) async throws -> [String: JSONValue]
    }

    /// How far it is.
    package struct Progress: Sendable {
        package let condition: EvaluationSettings.Condition
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
    package let items: any Items
    private let judge: any Judge
    private let place: EvaluationPlace

    /// - Parameters:
    ///   - benchmark: what is asked.
    ///   - items: its questions.
    ///   - settings: how they are asked.
    ///   - judge: of free text.
    ///   - place: where the answers are kept.
    package init(
        _ benchmark: Benchmark, items: any Items, settings: EvaluationSettings, judge: any Judge,
        place: EvaluationPlace
    ) {
        self.benchmark = benchmark
        self.items = items
        self.settings = settings
        self.judge = judge
        self.place = place
    }

    private var itemCount: Int { min(items.count, settings.limit ?? .max) }

    /// Answers in all conditions.
    package var total: Int { itemCount * settings.samples * settings.conditions.count }

    /// Asks what has no answer yet.
    ///
    /// - Parameters:
    ///   - runner: puts the questions to the model.
    ///   - onProgress: told after each batch.
    ///   - onBadItem: told of each item that is left out.
    ///   - onFailure: told why a question got no answer; it is not kept, so that it is asked again another time.
    ///   - shouldStop: asked between batches.
    /// - Returns: false if stopped.
    /// - Throws: ``BenchmarkError`` if more items are unusable than are tolerated, and what the model or the store throw.
    package func run(
        by runner: any ExampleRollouts, onProgress: @Sendable (Progress) -> Void,
        onBadItem: @Sendable (BadItem) -> Void, onFailure: @Sendable (String) -> Void = { _ in },
        shouldStop: @Sendable () -> Bool
    ) async throws -> Bool {
        var bad: Set<Int> = []
        for (number, condition) in settings.conditions.enumerated() {
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
                pose: { item, place in posed(item, place, under: condition, runner.format.boxFrame) },
                answer: { questions in
                    let records = try await answers(to: questions, under: condition, by: runner)
                    for record in records where record.isFailed { onFailure(record.finish) }
                    return records.filter { !$0.isFailed }
                },
                onProgress: { completed in
                    onProgress(
                        Progress(
                            condition: condition, completed: number * collection.total + completed,
                            total: total))
                }, shouldStop: shouldStop)
            if !isDone { return false }
        }
        return true
    }

    private func collection(_ condition: EvaluationSettings.Condition) -> AnswerCollection {
        AnswerCollection(
            place: place, part: condition.rawValue, itemCount: itemCount, samples: settings.samples,
            concurrency: settings.concurrency)
    }

    private func checkTolerance(_ count: Int, last: any Error) throws {
        guard Double(count) > max(1, settings.toleratedBadShare * Double(itemCount)) else { return }
        throw BenchmarkError(
            place: benchmark.title,
            problem:
                "\(count) of \(itemCount) items cannot be asked, more than are tolerated; the last: \(last)")
    }

    // MARK: Asking

    private typealias Posed = (question: PosedQuestion, place: AnswerPlace)

    private func posed(
        _ item: BenchmarkItem, _ place: AnswerPlace, under condition: EvaluationSettings.Condition,
        _ boxFrame: BoxFrame
    ) -> Posed {
        let question = PosedQuestion(
            item, index: place.index, sample: place.sample,
            seed: settings.ordersOptions ? settings.seed : nil,
            tools: condition == .tools ? item.tools ?? benchmark.tools : [], prompting: settings.prompting,
            boxFrame: boxFrame)
        return (question, place)
    }

    private func answers(
        to posed: [Posed], under condition: EvaluationSettings.Condition, by runner: any ExampleRollouts
    ) async throws -> [TrajectoryRecord] {
        let requests = posed.map { question, place in
            RolloutRequest(
                question.example, at: place.index, place: TrajectoryID(group: place.number, sample: 0),
                sampling: Sampling(temperature: settings.temperature, maximumTokens: settings.maximumTokens),
                random: CounterRandom(seed: settings.seed, UInt64(place.index), UInt64(place.sample)))
        }
        let questions = Dictionary(uniqueKeysWithValues: posed.map { ($0.place.number, $0.question) })
        let check = AnswerCheck(judge: judge, originalBox: runner.format.originalBox)
        let purpose = place.purpose(of: condition.rawValue)
        return try await runner.run(requests) { rollout in
            let reward = RewardBreakdown(
                components: [], isCorrect: false, formatError: Reward.formatError(of: rollout.trajectory))
            let record = runner.record(rollout, reward: reward, for: purpose)
            guard let question = questions[record.group] else { return record }
            return try await checked(record, question, check)
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

    /// Whether every question has an answer.
    ///
    /// - Throws: what the store throws.
    package func isComplete() throws -> Bool {
        try settings.conditions.allSatisfy {
            try collection($0).answerCount() >= itemCount * settings.samples
        }
    }

    /// What came of the answers under a condition, by item and sample.
    package func outcomes(_ condition: EvaluationSettings.Condition) async throws -> [Outcome] {
        var outcomes: [Outcome] = []
        for record in try records(condition) {
            let place = AnswerPlace(number: record.group, samples: settings.samples)
            outcomes.append(
                Outcome(record, at: place, categories: try await items.categories(at: place.index)))
        }
        return outcomes
    }

    /// What came of the answers under all conditions.
    package func outcomes() async throws -> [EvaluationSettings.Condition: [Outcome]] {
        var all: [EvaluationSettings.Condition: [Outcome]] = [:]
        for condition in settings.conditions { all[condition] = try await outcomes(condition) }
        return all
    }

    /// The answers under a condition as the official scorer reads them: a line for each, with what lies on disk of its item.
    ///
    /// - Throws: an error that names the row that cannot be used.
    package func predictions(_ condition: EvaluationSettings.Condition) async throws -> String {
        var lines = ""
        for record in try records(condition) {
            let index = AnswerPlace(number: record.group, samples: settings.samples).index
            var values = try await items.values(at: index)
            for field in benchmark.data.fields?.images ?? [] { values[field] = nil }
            for (group, named) in try await items.categories(at: index) where values[group] == nil {
                values[group] = named.first.map(JSONValue.string)
            }
            let said = AnswerReader.withoutMarks(record.lastCompletion)
            values.merge(benchmark.prediction(said)) { _, said in said }
            lines += JSONValue.object(JSONObject(sorting: values)).text + "\n"
        }
        return lines
    }

    /// The images of the item that an answer is about.
    ///
    /// - Throws: an error that names the row that cannot be used.
    package func images(of record: TrajectoryRecord) async throws -> [any PixelSource] {
        try await items.item(at: AnswerPlace(number: record.group, samples: settings.samples).index).images
    }

    /// The answers under a condition, by item and sample.
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

    /// Whether the model could not be asked, for the reason that `finish` gives.
    var isFailed: Bool { finish.hasPrefix("failed") }
}
