package import Agent
import Foundation
package import Generation
package import Models
package import Runs
package import Tasks
import Torch

/// Reinforcement learning of a policy from the outcome of its trajectories (DeepEyes §3; GRPO).
///
/// One `step()` is the index of this module: each of its lines is a file. The thread that calls it owns the
/// model.
package final class Trainer {
    package let configuration: TrainingConfiguration
    package let folder: RunFolder
    private let policyModel: PolicyModel
    /// Compute what the policy is asked; whoever calls `step` may use them between steps.
    package let workers: GenerationWorkers
    private let learner: Learner
    private let collector: RolloutCollector
    private let packer: BatchPacker
    private let format: any ChatFormat
    private let scorer: GroupScorer
    private let store: TrajectoryStore

    /// Why there was no verdict on an answer of the last step, if so.
    package private(set) var unjudged: String?
    /// Why a trajectory of the last step failed, if one did.
    package private(set) var failure: String?
    /// Steps done.
    package private(set) var completedSteps = 0

    package init(
        configuration: TrainingConfiguration, folder: RunFolder, policyModel: PolicyModel,
        source: any ExampleSource, tools: [any Tool], judge: any Judge, store: TrajectoryStore
    ) throws {
        self.configuration = configuration
        self.folder = folder
        self.policyModel = policyModel
        self.store = store
        format = policyModel.format
        workers = policyModel.workers(configuration.workers)
        learner = Learner(
            model: policyModel.model, rules: policyModel.rules, configuration: configuration.optimizer,
            workers: configuration.workers)
        collector = RolloutCollector(
            source: source, format: format, tools: tools, configuration: configuration.rollout,
            seed: configuration.seed)
        scorer = GroupScorer(reward: configuration.reward, advantage: configuration.advantage, judge: judge)
        packer = BatchPacker(
            configuration: policyModel.model.configuration, processor: policyModel.processor,
            tokensPerPass: configuration.optimizer.tokensPerPass)
    }

    /// One step: collect, reward, compare, pack, update, publish, record.
    package func step() throws -> StepMetrics {
        var watch = Stopwatch()
        let step = completedSteps
        let groups = try watch.measure("rollout") {
            try workers.serve { [collector, scorer] policy in
                try await scorer.scored(collector.collect(step: step, by: policy))
            }
        }
        unjudged = groups.lazy.flatMap(\.members).compactMap(\.unjudged).first
        failure = groups.lazy.flatMap(\.members).compactMap(\.trajectory.finish.failure).first
        let passes = try watch.measure("pack") {
            try packer.passes(
                of: groups.filter(\.hasSignal).map(PromptTree.init), workers: configuration.workers)
        }
        let targetCount = groups.reduce(0) { $0 + $1.completionTokenCount }
        let rate = configuration.optimizer.rates(steps: configuration.steps).rate(at: step)
        let outcome = try watch.measure("update") {
            try learner.update(
                passes,
                towards: .policyGradient(
                    configuration.loss, temperature: configuration.rollout.sampling.temperature),
                targetCount: targetCount, learningRate: rate)
        }
        try workers.publish(version: step + 1)
        completedSteps += 1
        let report = StepReport(groups: groups, outcome: outcome, learningRate: rate)
        try watch.measure("record") { try record(groups) }
        return StepMetrics(
            step: completedSteps, values: report.metrics, performance: report.performance(watch))
    }

    // MARK: Stages

    private func record(_ groups: [TrajectoryGroup]) throws {
        try store.insert(
            groups.flatMap { group in
                group.members.map { member in
                    TrajectoryRecord(
                        member, of: group.example, at: group.index, origin: .training, step: completedSteps,
                        seed: configuration.seed, text: format.text(of:))
                }
            })
    }

    // MARK: State

    /// Writes weights and optimizer beside, and renames them into place.
    ///
    /// - Parameter kept: an older checkpoint that stays.
    package func saveCheckpoint(keeping kept: Checkpoint? = nil) throws {
        try store.synchronize()
        _ = try folder.writeCheckpoint(step: completedSteps) { url in
            try policyModel.write(into: url)
            try learner.saveState(to: Self.optimizerFile(in: url))
        }
        try folder.pruneCheckpoints(
            keeping: configuration.checkpoint.keep, and: Set([kept?.step].compactMap(\.self)))
    }

    /// Takes up the optimizer's state of the checkpoint that the model was loaded from; what was recorded after it
    /// is dropped.
    package func restore(_ saved: Checkpoint) throws {
        try learner.loadState(from: Self.optimizerFile(in: saved.url))
        try store.removeTrajectories(after: saved.step)
        completedSteps = saved.step
        try workers.publish(version: saved.step)
    }

    private static func optimizerFile(in checkpoint: URL) -> URL {
        checkpoint.appending(path: "trainer/optimizer.safetensors", directoryHint: .notDirectory)
    }
}
