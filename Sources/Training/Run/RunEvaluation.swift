import Agent
import Evaluation
import Foundation
import Reports
import Rollout
import Runs
import Tasks

/// An evaluation of a run: its questions and schedule.
struct RunEvaluation: Sendable {
    let plan: EvaluationPlan
    /// The name in reports.
    let title: String
    private let benchmark: Benchmark
    let items: any Evaluator.Items
    private let configuration: TrainingConfiguration

    /// - Parameters:
    ///   - plan: an entry of the configuration.
    ///   - configuration: the run's configuration.
    ///   - data: the run's data.
    /// - Throws: an error that names the invalid benchmark or file.
    init(_ plan: EvaluationPlan, of configuration: TrainingConfiguration, data: TrainingData) throws {
        self.plan = plan
        self.configuration = configuration
        if !plan.benchmark.isEmpty {
            benchmark = try Benchmark(named: plan.benchmark)
            title = benchmark.title
            guard !plan.data.isEmpty else {
                throw ConfigurationError(
                    description: "configuration: evaluation: \(plan.name) needs data, the file or folder of "
                        + benchmark.title)
            }
            items = try BenchmarkQuestions(benchmark, data: URL(filePath: plan.data))
        } else if plan.holdOut > 0 {
            benchmark = .examples(plan.name)
            title = "Held-out questions"
            items = ExampleItems(data.heldOut)
        } else {
            benchmark = .examples(plan.name)
            title = "Held-out scenes"
            items = ExampleItems(
                try configuration.proceduralTask.heldOut(seed: plan.seed, sceneCount: plan.scenes))
        }
        guard items.count > 0 else {
            throw ConfigurationError(
                description: "configuration: evaluation: \(plan.name) has no questions")
        }
    }

    /// Where its questions come from. A limit takes the questions of the first scenes.
    var source: ReportFigures.Evaluation.Source {
        if plan.holdOut > 0 { return .heldOutQuestions }
        guard plan.scenes > 0 else { return .benchmark }
        let perScene = max(1, items.count / plan.scenes)
        let count = plan.limit > 0 ? min(plan.limit, items.count) : items.count
        return .heldOutScenes((count + perScene - 1) / perScene)
    }

    /// The conditions to evaluate at a step: with tools at each scheduled step, and also without tools after the last step;
    /// empty if nothing is scheduled.
    func conditions(at step: Int) -> [EvaluationSettings.Condition] {
        if step == configuration.steps { return plan.withoutTools ? [.tools, .noTools] : [.tools] }
        let isDue = step == 0 || plan.every > 0 && step.isMultiple(of: plan.every)
        return isDue ? [.tools] : []
    }

    /// The evaluator of a step.
    ///
    /// - Parameters:
    ///   - step: the run's step.
    ///   - conditions: the conditions to evaluate.
    ///   - judge: the judge of free-text answers.
    ///   - store: the run's trajectory store.
    func evaluator(
        at step: Int, under conditions: [EvaluationSettings.Condition], judge: any Judge,
        store: TrajectoryStore
    ) -> Evaluator {
        var settings = EvaluationSettings()
        settings.conditions = conditions
        settings.limit = plan.limit > 0 ? plan.limit : nil
        settings.seed = plan.seed
        settings.maximumTokens = configuration.rollout.sampling.maximumTokens
        settings.toolCalls = configuration.rollout.limits.toolCalls
        settings.concurrency = Self.concurrency
        settings.toleratedBadFraction = configuration.data.toleratedBadFraction
        return Evaluator(
            benchmark, items: items, settings: settings, judge: judge,
            store: EvaluationStore(store, name: plan.name, step: step, seed: plan.seed))
    }

    /// Maximum number of concurrent questions.
    private static let concurrency = 128
}

extension RunEvaluation {
    /// The category whose values are the kinds of questions: `kind` for examples, the headline's category for a benchmark,
    /// else the first by name.
    private func kindCategory(of outcomes: [Outcome]) -> String? {
        let all = Set(outcomes.flatMap(\.categories.keys))
        return ["kind", benchmark.averagedOver].compactMap(\.self).first(where: all.contains) ?? all.min()
    }

    /// The scores of one condition at a step, for the report and the curves.
    func measurement(
        _ outcomes: [Outcome], step: Int, condition: EvaluationSettings.Condition
    ) -> EvaluationMeasurement {
        let total = ConditionScore(outcomes, averagedOver: nil)
        let category = kindCategory(of: outcomes)
        let kinds = category.flatMap { total.categories[$0] } ?? [:]
        // In the order of their first question.
        var names: [String] = []
        for outcome in outcomes {
            for name in category.flatMap({ outcome.categories[$0] }) ?? [] where !names.contains(name) {
                names.append(name)
            }
        }
        func score(_ mean: ConditionScore.Mean) -> EvaluationMeasurement.Score {
            EvaluationMeasurement.Score(
                items: mean.items, accuracy: mean.accuracy, interval: mean.interval,
                callRate: mean.toolCallRate ?? 0)
        }
        return EvaluationMeasurement(
            step: step, offersTools: condition == .tools, overall: score(total.overall),
            kinds: names.compactMap { name in kinds[name].map { .init(name: name, score: score($0)) } },
            callsPerTrajectory: total.callsPerAnswer, firstBoxIoU: total.firstBoxIoU,
            formatErrorRate: total.formatErrors)
    }
}
