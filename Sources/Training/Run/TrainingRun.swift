import Agent
import Evaluation
import Foundation
import Generation
import Judging
import Models
package import Reports
package import Runs
import Tasks

/// A training run: trains with checkpoints, evaluates before, during and after training, and writes the report.
///
/// Completed work is stored in the run's folder, so a stopped run can be resumed.
package final class TrainingRun {
    /// How a run ended.
    package enum Ending {
        case completed(ReportFigures)
        /// Stopped on request after `step`, with all state saved.
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
    private let evaluations: RunEvaluations
    /// Steps whose evaluations are complete.
    private var evaluatedSteps: Set<Int>
    private let console: ConsoleSink
    private let files: [ExampleRows]
    private var activity: JudgeActivity
    /// Problems already printed.
    private var reported: Set<String> = []
    private let sinks: CombinedSink
    private let alarms: AlarmLines
    private var watch: AlarmWatch
    private let interruption: Interruption

    /// Opens `folder` and restores the run from its latest checkpoint, if there is one.
    ///
    /// - Throws: an error that names the invalid file or value.
    package init(
        configuration: TrainingConfiguration, folder: RunFolder, interruption: Interruption,
        output: ConsoleOutput = .standard
    ) throws {
        try configuration.validate()
        self.configuration = configuration
        self.folder = folder
        self.interruption = interruption
        lock = try RunLock(folder)
        // Data come first: what cannot be used is refused before the judge, the model and the evaluations cost time.
        let start = folder.latestCheckpoint()
        let model = try start?.url ?? ModelDirectory.folder(at: configuration.model)
        let data = try TrainingData(configuration, check: PromptCheck(configuration, model: model))
        files = data.files
        for file in files { try file.checkSample() }
        let planned = try configuration.evaluations.map {
            try RunEvaluation($0, of: configuration, data: data)
        }
        let judges = try configuration.judge.judges(runCache: folder.verdictsFile)
        try JudgeTrial(configuration.judge, folder: folder).pass(judges.asked, output: output)
        activity = JudgeActivity(of: judges.model)
        policyModel = try RunModel.load(
            model, threads: configuration.threads, device: configuration.device,
            parts: configuration.trainedParts, seed: configuration.seed,
            furtherCopies: configuration.furtherCopies)
        store = try TrajectoryStore(at: folder.databaseFile)
        let judge = judges.chain(format: policyModel.format)
        trainer = try Trainer(
            configuration: configuration, folder: folder, policyModel: policyModel, source: data.source,
            tools: configuration.toolBox, judge: judge, store: store)
        if let start { try trainer.restore(start) } else { try store.removeTrajectories(after: 0) }
        console = ConsoleSink(
            total: configuration.steps, completed: trainer.completedSteps, output: output)
        sinks = CombinedSink(try folder.metricSinks(keepingThrough: start?.step) + [console])
        evaluatedSteps = try folder.evaluatedSteps()
        evaluations = RunEvaluations(
            planned, configuration: configuration, format: policyModel.format, judge: judge, store: store,
            console: console)
        alarms = try AlarmLines(at: folder.alarmsFile, keepingThrough: start?.step)
        watch = AlarmWatch(configuration.alarms)
        for metrics in try folder.recordedSteps(through: trainer.completedSteps) { _ = watch.take(metrics) }
        try folder.record(RunStatus(.running, steps: configuration.steps))
        reportBadRows()
    }

    /// Trains to the last step, or until a request or an alarm ends the run, and records how it ended.
    package func run() throws -> Ending {
        defer { console.finish() }
        do {
            let ending = try train()
            try folder.record(ending.status(steps: configuration.steps))
            return ending
        } catch {
            try? folder.record(RunStatus(.failed, steps: configuration.steps, reason: "\(error)"))
            throw error
        }
    }

    private func train() throws -> Ending {
        var isBegun = false
        while true {
            guard try evaluate() else { return try interrupted() }
            if trainer.completedSteps == configuration.steps { break }
            if !isBegun { console.begin() }
            isBegun = true
            if let ending = try step() { return ending }
            let isLast = trainer.completedSteps == configuration.steps
            if interruption.isRequested && !isLast { return try interrupted() }
        }
        return .completed(try writeReport())
    }

    /// Runs the evaluations that are scheduled at the current step and not yet recorded.
    ///
    /// - Returns: false if interrupted.
    private func evaluate() throws -> Bool {
        let step = trainer.completedSteps
        if evaluatedSteps.contains(step) { return true }
        let interruption = interruption
        guard
            let metrics = try evaluations.evaluate(
                at: step, by: trainer.engine, shouldStop: { interruption.isRequested })
        else { return false }
        if !metrics.isEmpty { try sinks.record(StepMetrics(step: step, evaluations: metrics)) }
        evaluatedSteps.insert(step)
        return true
    }

    /// One training step with metrics, alarms and checkpoint.
    ///
    /// - Returns: the end of the run if an alarm ended it, else nil.
    private func step() throws -> Ending? {
        var metrics: StepMetrics
        do { metrics = try trainer.step() } catch let error as NoSignalError {
            _ = try interrupted()  // saves
            throw error
        }
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
        return ending.map { .alarmed(alarmEnding($0)) }
    }

    private func interrupted() throws -> Ending {
        let step = trainer.completedSteps
        if step > 0, folder.latestCheckpoint()?.step != step { try save() }
        return .interrupted(step: step)
    }

    private func save() throws {
        try sinks.synchronize()
        try alarms.synchronize()
        try trainer.saveCheckpoint(keeping: watch.earliestAlarmStep.flatMap(checkpoint(before:)))
    }

    /// The last checkpoint that sampled an earlier step than `step`.
    private func checkpoint(before step: Int) -> Checkpoint? {
        folder.checkpoints().last { $0.step < step - 1 }
    }

    private typealias Began = (record: AlarmRecord, since: Int)

    /// Records and prints the alarms that begin and end.
    ///
    /// - Returns: the alarm that ends the run, if any.
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

    /// Prints the problems of a step.
    private func reportProblems(in metrics: StepMetrics) {
        reportBadRows()
        activity.events().forEach(console.message)
        if let reason = trainer.unjudged { reportUnjudged(reason) }
        if metrics.wasSkipped {
            console.message("step \(metrics.step): update skipped, the loss or gradient is NaN or infinite")
        }
    }

    /// Prints why answers have no verdict, once for each reason.
    private func reportUnjudged(_ reason: String) {
        guard reported.insert(reason).inserted else { return }
        console.message("an answer without a verdict is excluded from its group: \(reason)")
    }

    /// Prints the rows skipped and the keys found to have no effect since the last call.
    private func reportBadRows() {
        let keys = files.flatMap { file in file.unreadKeys.map { $0.text(in: file.path) } }
        let rows = files.flatMap { file in
            file.badRows.map { "skipped: \(file.path):\($0.number): \($0.problem)" }
        }
        for message in keys + rows where reported.insert(message).inserted { console.message(message) }
    }

    // MARK: Report

    private func writeReport() throws -> ReportFigures {
        let history = try MetricHistory(of: folder)
        let figures = ReportFigures(
            seed: configuration.seed,
            training: ReportFigures.Training(
                steps: configuration.steps,
                seconds: history[MetricName.stepSeconds].reduce(0) { $0 + $1.value },
                trajectories: try store.count(TrajectoryFilter(origin: .training))),
            evaluations: try evaluations.figures())
        try ReportContent(
            title: folder.url.lastPathComponent, figures: figures, history: history,
            trajectories: try evaluations.pictures(), configuration: try folder.configuration(),
            facts: JudgeFacts(configuration, history: history).list, alarms: AlarmRecord.all(of: folder)
        ).write(to: folder)
        return figures
    }
}

extension TrainingRun.Ending {
    /// - Parameter steps: the number of steps of the run.
    fileprivate func status(steps: Int) -> RunStatus {
        switch self {
        case .completed: RunStatus(.finished, steps: steps)
        case .interrupted(let step):
            RunStatus(.stopped, steps: steps, reason: "Stopped on request after step \(step).")
        case .alarmed(let ending):
            RunStatus(
                .stopped, steps: steps,
                reason: "Stopped by the alarm \(ending.alarm.alarm.rawValue): \(ending.alarm.message)")
        }
    }
}
