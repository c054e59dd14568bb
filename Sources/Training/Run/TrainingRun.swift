import Agent
import Evaluation
import Foundation
import Generation
import Judging
import Models
package import Reports
package import Runs
import Tasks
import Torch

/// A whole run: evaluates the base, trains with checkpoints, evaluates what came out, writes the report.
///
/// Every part that was finished is kept in the run's folder, so that a run that was stopped goes on where it was.
package final class TrainingRun {
    /// How it ended.
    package enum Ending {
        case completed(RunResult)
        /// Stopped on request after the step given, with everything saved.
        case interrupted(step: Int)
        /// Ended by an alarm.
        case alarmed(AlarmEnding)
    }

    private let configuration: TrainingConfiguration
    private let folder: RunFolder
    private let lock: RunLock
    private let store: TrajectoryStore
    private let trainer: Trainer
    private let policyModel: PolicyModel
    private let evaluation: HeldOutEvaluation
    private let heldOut: HeldOutScenes
    private let console: ConsoleSink
    private let files: [ExampleRows]
    private var activity: JudgeActivity
    /// Problems that were named.
    private var reported: Set<String> = []
    private let sinks: CombinedSink
    private let alarms: AlarmLines
    private var watch: AlarmWatch
    private let interruption: Interruption

    /// Opens `folder` and whatever it holds of the run.
    ///
    /// - Throws: an error that names the file or the value that stands in the way.
    package init(
        configuration: TrainingConfiguration, folder: RunFolder, interruption: Interruption,
        output: ConsoleOutput = .standard
    ) throws {
        try configuration.validate()
        self.configuration = configuration
        self.folder = folder
        self.interruption = interruption
        lock = try RunLock(folder)
        let judges = try configuration.judge.judges(runCache: folder.verdictsFile)
        try JudgeTrial(configuration.judge, folder: folder).pass(judges.asked, output: output)
        activity = JudgeActivity(of: judges.model)
        Tensor.setThreadCount(
            configuration.threads > 0 ? configuration.threads : ProcessInfo.processInfo.activeProcessorCount)
        Tensor.setDeterministic(true)
        let start = folder.latestCheckpoint()
        let device = try Device(configuration.device)
        policyModel = try PolicyModel(
            directory: start?.url ?? URL(filePath: configuration.model), device: device)
        store = try TrajectoryStore(at: folder.databaseFile)
        let data = try TrainingData(configuration, format: policyModel.format)
        files = data.files
        heldOut = try HeldOutScenes(
            configuration.scenes, seed: configuration.evaluation.seed,
            sceneCount: configuration.evaluation.scenes)
        let tools: [any Tool] = [ZoomTool(), RotateTool()]
        let judge = judges.chain(format: policyModel.format)
        trainer = try Trainer(
            configuration: configuration, folder: folder, policyModel: policyModel,
            source: data.source, tools: tools, judge: judge, store: store)
        evaluation = HeldOutEvaluation(
            source: heldOut, format: policyModel.format, tools: tools, rollout: configuration.rollout,
            scorer: GroupScorer(
                reward: configuration.reward, advantage: configuration.advantage, judge: judge),
            configuration: configuration.evaluation)
        if let start { try trainer.restore(start) } else { try store.removeTrajectories(after: nil) }
        console = ConsoleSink(
            total: configuration.steps, completed: trainer.completedSteps, output: output)
        sinks = CombinedSink(try folder.metricSinks(keepingThrough: start?.step) + [console])
        alarms = try AlarmLines(at: folder.alarmsFile, keepingThrough: start?.step)
        watch = AlarmWatch(configuration.alarms)
        for metrics in try folder.recordedSteps(through: trainer.completedSteps) { _ = watch.take(metrics) }
    }

    /// Runs to the end, or until interrupted.
    package func run() throws -> Ending {
        defer { console.finish() }
        let base = try evaluated("base")
        console.begin()
        while trainer.completedSteps < configuration.steps {
            var metrics = try trainer.step()
            metrics.performance += activity.metrics()
            let changes = watch.take(metrics)
            metrics.values.append(Metric(MetricName.activeAlarms, Double(watch.active.count)))
            try sinks.record(metrics)
            reportProblems(in: metrics)
            let ending = try report(changes)
            if let ending, ending.record.action == .stop { return .alarmed(alarmEnding(ending)) }
            let isLast = trainer.completedSteps == configuration.steps
            let isDue = trainer.completedSteps.isMultiple(of: configuration.checkpoint.every)
            if isLast || isDue || interruption.isRequested || ending != nil { try save() }
            if let ending { return .alarmed(alarmEnding(ending)) }
            if interruption.isRequested && !isLast { return .interrupted(step: trainer.completedSteps) }
        }
        let trained = try evaluated("trained")
        let withoutTools = try evaluated("trained_without_tools", offersTools: false)
        let result = RunResult(
            task: "VisualSearch", seed: configuration.seed,
            training: RunResult.Training(
                steps: configuration.steps, seconds: try trainingSeconds(),
                trajectories: try store.count(TrajectoryFilter(origin: .training))),
            base: base.summary, trained: trained.summary, trainedWithoutTools: withoutTools.summary)
        try writeReport(result, base: base.records, trained: trained.records)
        return .completed(result)
    }

    private func save() throws {
        try sinks.synchronize()
        try alarms.synchronize()
        try trainer.saveCheckpoint(keeping: watch.troubledSince.flatMap(checkpoint(before:)))
    }

    /// The last checkpoint whose weights a step before `troubled` was sampled from.
    private func checkpoint(before troubled: Int) -> Checkpoint? {
        folder.checkpoints().last { $0.step < troubled - 1 }
    }

    private typealias Began = (record: AlarmRecord, since: Int)

    /// Records and says which alarms began and which are over.
    ///
    /// - Returns: that which ends the run, if one does.
    private func report(_ changes: [AlarmWatch.Change]) throws -> Began? {
        var endings: [Began] = []
        for change in changes {
            switch change {
            case .ended(let alarm, let step): console.alarmEnded(alarm, step: step)
            case .began(let record, let since):
                try alarms.record(record)
                console.alarmBegan(record)
                if record.alarm == .failed, let reason = trainer.failure {
                    console.message("a trajectory failed: \(reason)")
                }
                if record.action != .warn { endings.append((record, since)) }
            }
        }
        return endings.first { $0.record.action == .stop } ?? endings.first
    }

    private func alarmEnding(_ began: Began) -> AlarmEnding {
        AlarmEnding(alarm: began.record, before: checkpoint(before: began.since))
    }

    /// Says what went wrong in a step.
    private func reportProblems(in metrics: StepMetrics) {
        reportBadRows()
        activity.events().forEach(console.message)
        if let reason = trainer.unjudged { reportUnjudged(reason) }
        if metrics.wasNotApplied {
            console.message("step \(metrics.step) changes no weight: its loss or gradient is not finite")
        }
    }

    /// Says why answers have no verdict, once for each reason.
    private func reportUnjudged(_ reason: String) {
        guard reported.insert(reason).inserted else { return }
        console.message("an answer without a verdict is left out of its group: \(reason)")
    }

    /// Names the rows that were left out since this was last called.
    private func reportBadRows() {
        let rows = files.flatMap { file in file.badRows.map { "\(file.path):\($0.number): \($0.problem)" } }
        for row in rows where reported.insert(row).inserted { console.message("left out: \(row)") }
    }

    // MARK: Evaluation

    private typealias Evaluated = (summary: EvaluationSummary, records: [TrajectoryRecord])

    /// The records of an evaluation of the weights of now, or from the store if it was made before.
    private func evaluated(_ name: String, offersTools: Bool = true) throws -> Evaluated {
        let origin = TrajectoryOrigin.evaluation(name)
        let total = heldOut.count ?? 0
        var records = try store.trajectories(TrajectoryFilter(origin: origin), limit: total)
        if records.count < total {
            records = try evaluate(origin, offersTools: offersTools, total: total)
            try store.insert(records)
        }
        let summary = EvaluationSummary(records, examples: configuration.evaluation.scenes)
        console.message("\(name): \(summary.line)")
        return (summary, records)
    }

    private func evaluate(
        _ origin: TrajectoryOrigin, offersTools: Bool, total: Int
    ) throws -> [TrajectoryRecord] {
        let (evaluation, console) = (evaluation, console)
        let groups = try trainer.workers.serve { policy in
            try await evaluation.run(by: policy, offersTools: offersTools) { done in
                console.message("evaluating \(origin): \(Readable.count(done)) of \(Readable.count(total))")
            }
        }
        return groups.map { group in
            TrajectoryRecord(
                group.members[0], of: group.example, at: group.index, origin: origin,
                step: trainer.completedSteps,
                seed: configuration.evaluation.seed, text: policyModel.format.text(of:))
        }
    }

    // MARK: Report

    private func writeReport(_ result: RunResult, base: [TrajectoryRecord], trained: [TrajectoryRecord])
        throws
    {
        let selection = ReportSelection(base: base, trained: trained).chosen
        let pictures = try selection.map { record, remark in
            try PictureMaker().picture(of: record, images: heldOut.images(of: record), remark: remark)
        }
        try ReportContent(
            title: folder.url.lastPathComponent, result: result, history: MetricHistory(of: folder),
            trajectories: pictures, configuration: try folder.configuration(),
            facts: try JudgeFacts(configuration, history: MetricHistory(of: folder)).list,
            alarms: AlarmRecord.all(of: folder)
        ).write(to: folder)
    }

    private func trainingSeconds() throws -> Double {
        try MetricHistory(of: folder)[MetricName.stepSeconds].reduce(0) { $0 + $1.value }
    }
}
