import Agent
import Foundation
import Models
package import Runs
import Settings

/// A run of supervised training: trains with checkpoints, and measures the loss on held-out conversations before, during and
/// after training.
///
/// Completed work is stored in the run's folder, so a stopped run can be resumed.
package final class SupervisedRun {
    /// How a run ended.
    package enum Ending {
        /// The last step is done and its checkpoint saved.
        case completed(step: Int)
        /// Stopped on request after `step`, with all state saved.
        case interrupted(step: Int)
    }

    private let configuration: SupervisedConfiguration
    private let folder: RunFolder
    private let lock: RunLock
    private let data: SupervisedData
    private let trainer: SupervisedTrainer
    /// Steps whose validation loss is recorded.
    private var validatedSteps: Set<Int>
    private let console: ConsoleSink
    private let sinks: CombinedSink
    private let interruption: Interruption

    /// Opens `folder` and restores the run from its latest checkpoint, if there is one. Reads every conversation.
    ///
    /// - Throws: an error that names the invalid file, line or value.
    package init(
        configuration: SupervisedConfiguration, folder: RunFolder, interruption: Interruption,
        output: ConsoleOutput = .standard
    ) throws {
        try configuration.validate()
        self.configuration = configuration
        self.folder = folder
        self.interruption = interruption
        lock = try RunLock(folder)
        data = try SupervisedData(configuration)
        let start = folder.latestCheckpoint()
        let model = try start?.url ?? ModelDirectory.folder(at: configuration.model)
        try data.check(model: model, tools: .standard)
        let policyModel = try RunModel.load(
            model, threads: configuration.threads, device: configuration.device,
            parts: configuration.trainedParts, seed: configuration.seed,
            furtherCopies: configuration.trainedParts.gradientCopies)
        trainer = SupervisedTrainer(
            configuration: configuration, data: data, folder: folder, policyModel: policyModel,
            tools: .standard)
        if let start { try trainer.restore(start) }
        guard data.stepCount >= trainer.completedSteps else {
            throw SettingError(
                configuration.steps > 0 ? "steps" : "epochs",
                "make \(data.stepCount) steps, but the run has completed \(trainer.completedSteps); give more, or begin "
                    + "another run")
        }
        console = ConsoleSink(total: data.stepCount, completed: trainer.completedSteps, output: output)
        sinks = CombinedSink(try folder.metricSinks(keepingThrough: start?.step) + [console])
        validatedSteps = try folder.evaluatedSteps()
        try folder.record(RunStatus(.running, steps: data.stepCount))
        for key in data.unreadKeys() { console.message(key) }
    }

    /// Trains to the last step, or until a request ends the run, and records how it ended.
    package func run() throws -> Ending {
        defer { console.finish() }
        do {
            let ending = try train()
            try folder.record(status(of: ending))
            return ending
        } catch {
            try? folder.record(RunStatus(.failed, steps: data.stepCount, reason: "\(error)"))
            throw error
        }
    }

    private func status(of ending: Ending) -> RunStatus {
        switch ending {
        case .completed: RunStatus(.finished, steps: data.stepCount)
        case .interrupted(let step):
            RunStatus(.stopped, steps: data.stepCount, reason: "Stopped on request after step \(step).")
        }
    }

    private func train() throws -> Ending {
        if data.validation.isEmpty {
            console.message("no conversation is held out, so there is no validation loss")
        }
        var isBegun = false
        while true {
            guard try validate() else { return try interrupted() }
            if trainer.completedSteps >= data.stepCount { break }
            if !isBegun { console.begin() }
            isBegun = true
            try step()
            if interruption.isRequested && trainer.completedSteps < data.stepCount {
                return try interrupted()
            }
        }
        return .completed(step: trainer.completedSteps)
    }

    /// Writes the trained model to a new folder.
    package func save(to output: OutputFolder) throws { try trainer.save(to: output) }

    /// Measures the validation loss if it is due at the current step and not yet recorded.
    ///
    /// - Returns: false if interrupted.
    private func validate() throws -> Bool {
        let step = trainer.completedSteps
        let every = configuration.validation.every
        let isDue = step == 0 || step == data.stepCount || every > 0 && step.isMultiple(of: every)
        guard isDue, !data.validation.isEmpty, !validatedSteps.contains(step) else { return true }
        let loss = try trainer.validationLoss { interruption.isRequested }
        guard let loss else { return false }
        try sinks.record(StepMetrics(step: step, evaluations: [Metric(MetricName.validationLoss, loss)]))
        validatedSteps.insert(step)
        console.message(
            "validation loss \(Readable.fixed(loss, 4)) on \(Readable.count(data.validation.count)) held-out "
                + "conversations, step \(Readable.count(step))")
        return true
    }

    /// One training step with metrics and checkpoint.
    private func step() throws {
        let metrics = try trainer.step()
        try sinks.record(metrics)
        if metrics.wasSkipped {
            console.message("step \(metrics.step): update skipped, the loss or gradient is NaN or infinite")
        }
        let isLast = trainer.completedSteps >= data.stepCount
        let isDue = trainer.completedSteps.isMultiple(of: configuration.checkpoint.every)
        if isLast || isDue || interruption.isRequested { try save() }
    }

    private func interrupted() throws -> Ending {
        let step = trainer.completedSteps
        if step > 0, folder.latestCheckpoint()?.step != step { try save() }
        return .interrupted(step: step)
    }

    private func save() throws {
        try sinks.synchronize()
        try trainer.saveCheckpoint()
    }
}
