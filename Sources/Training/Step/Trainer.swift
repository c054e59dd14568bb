package import Agent
import Foundation
import Generation
package import Models
package import Rollout
package import Runs
package import Tasks
import Torch

/// Reinforcement learning of a policy from the rewards of its trajectories (DeepEyes §3; GRPO).
///
/// `step()` is an overview of this module: each stage is a file. The calling thread owns the model.
package final class Trainer {
    package let configuration: TrainingConfiguration
    package let folder: RunFolder
    private let policyModel: PolicyModel
    /// The rollout engine; the caller of ``step()`` may use it between steps.
    package let engine: any RolloutEngine
    private let learner: Learner
    private let collector: RolloutCollector
    private let packer: BatchPacker
    private let checkpoints: LearnerCheckpoints
    private let store: TrajectoryStore

    /// Why the first unjudged answer of the last step has no verdict; nil if all have one.
    package private(set) var unjudged: String?
    /// Why the first failed trajectory of the last step failed; nil if none did.
    package private(set) var failure: String?
    /// Number of completed steps.
    package private(set) var completedSteps = 0

    package init(
        configuration: TrainingConfiguration, folder: RunFolder, policyModel: PolicyModel,
        source: any ExampleSource, tools: ToolBox, judge: any Judge, store: TrajectoryStore
    ) throws {
        self.configuration = configuration
        self.folder = folder
        self.policyModel = policyModel
        self.store = store
        // The number of cache pages is part of what a run computes, so it does not depend on what other processes take.
        engine = try policyModel.workers(configuration.workers, copies: 3, budget: .fractionOfMachine(0.5))
        learner = Learner(
            model: policyModel.model, rules: policyModel.rules, configuration: configuration.optimizer,
            workers: configuration.workers)
        collector = RolloutCollector(
            source: source, format: policyModel.format, tools: tools, configuration: configuration.rollout,
            seed: configuration.seed,
            score: TrajectoryScorer(reward: configuration.reward, judge: judge).outcome)
        packer = BatchPacker(
            shape: policyModel.model.shape, processor: policyModel.processor,
            tokensPerPass: configuration.optimizer.tokensPerPass)
        checkpoints = LearnerCheckpoints(
            in: folder, policyModel: policyModel, learner: learner, configuration: configuration.checkpoint)
    }

    /// One step: collect and reward, compute advantages, pack, update, publish, record.
    package func step() throws -> StepMetrics {
        var watch = Stopwatch()
        let step = completedSteps
        let before = engine.statistics
        let collected = try watch.measure("rollout") {
            try engine.serve { [collector] policy in try await collector.collect(step: step, by: policy) }
        }
        let groups = configuration.algorithm.withAdvantages(collected)
        recordProblems(of: groups)
        let (trees, divisor) = configuration.algorithm.trees(of: groups)
        let passes = try watch.measure("pack") {
            try packer.passes(of: trees, workers: configuration.workers)
        }
        let rate = configuration.optimizer.rates(steps: configuration.steps).rate(at: step)
        let outcome = try watch.measure("update") {
            try learner.update(
                passes,
                towards: .reward(
                    configuration.algorithm.objective,
                    temperature: configuration.rollout.sampling.temperature),
                divisor: divisor, learningRate: rate)
        }
        try engine.publish(version: step + 1)
        completedSteps += 1
        let report = StepReport(groups: groups, outcome: outcome, learningRate: rate)
        try watch.measure("record") { try store.insert(groups.flatMap { $0.members.map(\.record) }) }
        return StepMetrics(
            step: completedSteps, values: report.metrics,
            performance: report.performance(watch) + (engine.statistics - before).metrics)
    }

    private func recordProblems(of groups: [TrajectoryGroup]) {
        unjudged = groups.lazy.flatMap(\.members).compactMap(\.unjudged).first
        failure = groups.lazy.flatMap(\.members).compactMap(\.trajectory.finish.failure).first
    }

    // MARK: State

    /// Writes a checkpoint of weights and optimizer atomically, and removes old checkpoints.
    ///
    /// - Parameter kept: an older checkpoint to keep.
    package func saveCheckpoint(keeping kept: Checkpoint? = nil) throws {
        try store.synchronize()
        try checkpoints.save(step: completedSteps, keeping: kept)
    }

    /// Restores the optimizer's state from the checkpoint that the model was loaded from, and removes trajectories recorded
    /// after it.
    package func restore(_ saved: Checkpoint) throws {
        try checkpoints.restore(saved)
        try store.removeTrajectories(after: saved.step)
        completedSteps = saved.step
        try engine.publish(version: saved.step)
    }
}
