import Agent
import Evaluation
import Judging
import Reports
import Rollout
import Runs
import Tasks

/// The evaluations of a run with their results.
final class RunEvaluations {
    let evaluations: [RunEvaluation]
    private let configuration: TrainingConfiguration
    private let format: any ChatFormat
    private let judge: any Judge
    private let store: TrajectoryStore
    private let console: ConsoleSink
    /// Measurements computed in this process, by evaluation and step; others are computed from the store when needed.
    private var measured: [String: [Int: [EvaluationMeasurement]]] = [:]

    init(
        _ evaluations: [RunEvaluation], configuration: TrainingConfiguration, format: any ChatFormat,
        judge: any Judge, store: TrajectoryStore, console: ConsoleSink
    ) {
        self.evaluations = evaluations
        self.configuration = configuration
        self.format = format
        self.judge = judge
        self.store = store
        self.console = console
    }

    /// Runs the evaluations scheduled at a step. Questions with a stored answer are not asked again.
    ///
    /// - Parameters:
    ///   - step: the number of completed training steps.
    ///   - engine: the engine with the weights of this step.
    ///   - shouldStop: called between batches of questions.
    /// - Returns: the metrics; nil if stopped.
    func evaluate(
        at step: Int, by engine: any RolloutEngine, shouldStop: @escaping @Sendable () -> Bool
    ) throws -> [Metric]? {
        var metrics: [Metric] = []
        for evaluation in evaluations {
            let conditions = evaluation.conditions(at: step)
            if conditions.isEmpty { continue }
            let evaluator = evaluation.evaluator(at: step, under: conditions, judge: judge, store: store)
            guard try ask(evaluator, evaluation.plan.name, by: engine, shouldStop: shouldStop) else {
                return nil
            }
            let measurements = try measurements(of: evaluation, at: step)
            for measurement in measurements {
                console.message(line(evaluation.plan.name, measurement))
                metrics += measurement.metrics(evaluation.plan.name)
            }
        }
        return metrics
    }

    private func ask(
        _ evaluator: Evaluator, _ name: String, by engine: any RolloutEngine,
        shouldStop: @escaping @Sendable () -> Bool
    ) throws -> Bool {
        if try evaluator.isComplete() { return true }
        let (format, console) = (format, console)
        let tools = try configuration.toolBox
        let limits = configuration.rollout.limits
        return try engine.serve { policy in
            let runner = RolloutRunner(policy: policy, format: format, tools: tools, limits: limits)
            return try await evaluator.run(
                by: runner,
                onProgress: { progress in
                    console.show("evaluating \(name)", completed: progress.completed, of: progress.total)
                },
                onBadItem: { console.message("\(name): skipped: \($0.problem)") },
                onFailure: { console.message("\(name): a question failed: \($0)") },
                shouldStop: shouldStop)
        }
    }

    /// The measurements of an evaluation at a step, one for each condition.
    private func measurements(
        of evaluation: RunEvaluation, at step: Int
    ) throws -> [EvaluationMeasurement] {
        if let cached = measured[evaluation.plan.name]?[step] { return cached }
        let conditions = evaluation.conditions(at: step)
        let evaluator = evaluation.evaluator(at: step, under: conditions, judge: judge, store: store)
        let outcomes = try waiting { try await evaluator.outcomes() }
        let measurements = conditions.map {
            evaluation.measurement(outcomes[$0] ?? [], step: step, condition: $0)
        }
        measured[evaluation.plan.name, default: [:]][step] = measurements
        return measurements
    }

    private func line(_ name: String, _ measurement: EvaluationMeasurement) -> String {
        if measurement.overall.items == 0 {
            return
                "\(name), step \(Readable.count(measurement.step)): no question has an answer and a verdict"
        }
        let kinds = measurement.kinds.map { "\($0.name) \(Readable.percent($0.score.accuracy, decimals: 1))" }
        let accuracies =
            (kinds.count == 1 ? [] : kinds)
            + ["all \(Readable.percent(measurement.overall.accuracy, decimals: 1)) right"]
        return "\(name), step \(Readable.count(measurement.step))"
            + (measurement.offersTools ? "" : ", without tools") + ": " + accuracies.joined(separator: ", ")
            + ", tool calls on " + Readable.percent(measurement.overall.callRate, decimals: 1)
    }

    // MARK: Report

    /// The measurements of all evaluations at all steps.
    func figures() throws -> [ReportFigures.Evaluation] {
        try evaluations.map { evaluation in
            let steps = (0...configuration.steps).filter { !evaluation.conditions(at: $0).isEmpty }
            return ReportFigures.Evaluation(
                name: evaluation.plan.name, title: evaluation.title, source: evaluation.source,
                measurements: try steps.flatMap { try measurements(of: evaluation, at: $0) })
        }
    }

    /// The selected trajectories of each evaluation; see ``ReportSelection``.
    func pictures() throws -> [TrajectoryPicture] {
        guard configuration.steps > 0 else { return [] }
        let maker = PictureMaker()
        var shown: Set<ThinkingPattern> = []
        return try evaluations.flatMap { evaluation in
            let evaluators = [0, configuration.steps].map {
                evaluation.evaluator(at: $0, under: [.tools], judge: judge, store: store)
            }
            let selection = ReportSelection(
                before: try evaluators[0].records(.tools), after: try evaluators[1].records(.tools),
                shown: shown)
            let chosen = selection.chosen
            shown.formUnion(chosen.flatMap(\.record.patterns))
            return try chosen.map { record, remark in
                let images = try waiting { try await evaluators[1].images(of: record) }
                return try maker.picture(of: record, images: images, remark: remark)
            }
        }
    }
}
