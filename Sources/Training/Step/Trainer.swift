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
    private let scorer: TokenScorer
    /// Of an algorithm that needs the values of tokens.
    private let critic: Critic?
    /// Which prompts come next.
    private var order = PromptOrder()

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
        let algorithm = configuration.algorithm
        engine = try policyModel.workers(
            configuration.workers, copies: configuration.furtherCopies, budget: .fractionOfMachine(0.5))
        let critic =
            algorithm.advantage.needsCritic
            ? try Critic(
                algorithm.critic, base: ModelDirectory.folder(at: configuration.model), policy: policyModel,
                optimizer: configuration.optimizer, workers: configuration.workers) : nil
        self.critic = critic
        let learner = Learner(
            model: policyModel.model, valueHead: critic?.learner == nil ? critic?.head : nil,
            rules: policyModel.rules, configuration: configuration.optimizer,
            freezing: configuration.trainedParts.frozen, workers: configuration.workers)
        self.learner = learner
        collector = RolloutCollector(
            source: source, format: policyModel.format, tools: tools, configuration: configuration.rollout,
            algorithm: algorithm, curriculum: configuration.data.curriculum, seed: configuration.seed,
            score: TrajectoryScorer(reward: configuration.reward, judge: judge).outcome)
        packer = BatchPacker(
            shape: policyModel.model.shape, processor: policyModel.processor,
            tokensPerPass: configuration.optimizer.tokensPerPass)
        scorer = TokenScorer(
            packer: packer, workers: configuration.workers,
            temperature: configuration.rollout.sampling.temperature,
            policy: algorithm.needsPolicyScores ? learner.evaluator : nil,
            reference: try Self.reference(configuration, rules: policyModel.rules),
            critic: critic.map { ($0.learner?.evaluator ?? learner.evaluator, $0.head) })
        checkpoints = LearnerCheckpoints(
            in: folder, policyModel: policyModel, learner: learner, configuration: configuration.checkpoint)
    }

    /// The model that the run started from, with weights of its own that do not change; nil if the algorithm has no penalty on
    /// the divergence from it.
    private static func reference(
        _ configuration: TrainingConfiguration, rules: TokenRules
    ) throws -> PassEvaluator? {
        guard configuration.algorithm.divergence.isOn else { return nil }
        let base = try PolicyModel(
            directory: ModelDirectory.folder(at: configuration.model),
            storage: ParameterStorage(
                precision: configuration.precision, device: Device(configuration.device)))
        let copies = (1..<configuration.workers).map { _ in base.model.sharingWeights() }
        return PassEvaluator([base.model] + copies, rules: rules)
    }

    /// One step: collect and reward, score, compute advantages, update, publish, record.
    package func step() throws -> StepMetrics {
        var watch = Stopwatch()
        let step = completedSteps
        let before = engine.statistics
        let collected = try watch.measure("rollout") { [order] in
            try engine.serve { [collector] policy in
                try await collector.collect(step: step, from: order, by: policy)
            }
        }
        order = collected.order
        recordProblems(of: collected.groups)
        let scored =
            scorer.isNeeded
            ? try watch.measure("score") { try scorer.scored(collected.kept) } : collected.kept
        let groups = configuration.algorithm.withAdvantages(scored)
        let rate = configuration.optimizer.rates(steps: configuration.steps).rate(at: step)
        let outcome = try update(on: groups, learningRate: rate, timedBy: &watch)
        try engine.publish(version: step + 1)
        completedSteps += 1
        let all = collected.groups(replacing: groups)
        let report = StepReport(
            groups: all, kept: groups, outcome: outcome, algorithm: configuration.algorithm,
            learningRate: rate)
        try watch.measure("record") { try store.insert(all.flatMap { $0.members.map(\.record) }) }
        return StepMetrics(
            step: completedSteps, values: report.metrics,
            performance: report.performance(watch) + (engine.statistics - before).metrics)
    }

    /// The updates on the groups of a step.
    private func update(
        on groups: [TrajectoryGroup], learningRate: Double, timedBy watch: inout Stopwatch
    ) throws -> Learner.Outcome {
        let algorithm = configuration.algorithm
        // Only an adaptive weight depends on them.
        let entropies =
            algorithm.entropy.coefficient > 0 ? groups.flatMap(\.judged).flatMap(\.entropies) : []
        let loss = PolicyLoss(
            algorithm,
            entropy: entropies.isEmpty ? 0 : Double(entropies.reduce(0, +)) / Double(entropies.count),
            temperature: configuration.rollout.sampling.temperature)
        let trainsPolicy = critic == nil || completedSteps >= algorithm.critic.warmUpSteps
        var outcomes: [Learner.Outcome] = []
        for part in algorithm.updates.parts(
            of: groups.count, seed: configuration.seed, step: completedSteps)
        {
            let (trees, divisor) = algorithm.trees(of: part.map { groups[$0] })
            let passes = try watch.measure("pack") {
                try packer.passes(of: trees, workers: configuration.workers)
            }
            var outcome = Learner.Outcome()
            try watch.measure("update") {
                if trainsPolicy {
                    outcome = try learner.update(
                        passes, towards: .policy(loss), divisor: divisor, learningRate: learningRate)
                } else if critic?.learner == nil {
                    // The hidden states are the policy's, which does not change yet.
                    outcome = try learner.update(
                        passes, towards: .values(ValueLoss(algorithm.critic), trainsModel: false),
                        divisor: divisor, learningRate: learningRate)
                }
            }
            if let own = critic?.learner {
                let ownRate =
                    learningRate * algorithm.critic.learningRate / configuration.optimizer.learningRate
                let ownOutcome = try watch.measure("critic") {
                    try own.update(
                        passes, towards: .values(ValueLoss(algorithm.critic), trainsModel: true),
                        divisor: divisor, learningRate: ownRate)
                }
                outcome.add(critic: ownOutcome)
            }
            outcomes.append(outcome)
        }
        return Learner.Outcome(of: outcomes)
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
        try checkpoints.save(step: completedSteps, keeping: kept) { url in
            try AtomicFile.write(json: order, to: Self.orderFile(in: url))
            try critic?.save(in: url)
        }
    }

    /// Restores the optimizer's state from the checkpoint that the model was loaded from, and removes trajectories recorded
    /// after it.
    package func restore(_ saved: Checkpoint) throws {
        try checkpoints.restore(saved)
        try store.removeTrajectories(after: saved.step)
        completedSteps = saved.step
        let trainer = LearnerCheckpoints.trainerFolder(in: saved.url)
        // Checkpoints of earlier versions asked in turn.
        let data = FileManager.default.contents(atPath: Self.orderFile(in: trainer).path)
        order =
            try data.map { try JSONDecoder().decode(PromptOrder.self, from: $0) }
            ?? PromptOrder(position: saved.step * configuration.rollout.promptsPerStep)
        try critic?.load(from: trainer)
        try engine.publish(version: saved.step)
    }

    private static func orderFile(in folder: URL) -> URL {
        folder.appending(path: "prompts.json", directoryHint: .notDirectory)
    }
}
