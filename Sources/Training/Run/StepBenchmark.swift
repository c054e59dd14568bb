import Agent
import Foundation
import Generation
package import Models
import Rollout
import Runs
import Tasks
import Torch

/// Measures a training step on one group of completions of equal length, or generation alone.
///
/// The step consists of the same parts as in ``Trainer``. For comparison with other programs, completions never end early,
/// every second completion is rewarded regardless of its text, and nothing is recorded.
/// The calling thread owns the model.
package final class StepBenchmark {
    /// The settings of a benchmark.
    package struct Configuration: Sendable {
        /// Completions per prompt.
        package var groupSize: Int
        /// Tokens per completion.
        package var tokenCount: Int
        /// Timed rounds.
        package var repetitions: Int
        /// Warm-up rounds before the timed ones; reported separately.
        package var warmUps: Int
        /// Threads of libtorch; 0 for one per core.
        package var threads: Int
        /// Workers that compute in parallel; the threads are divided among them.
        package var workers: Int
        /// Whether steps are measured, which need memory for gradients and moments.
        package var includesSteps: Bool
        /// The algorithm; one that asks further models or for further answers cannot be measured.
        package var algorithm: Algorithm

        package init(
            groupSize: Int = 8, tokenCount: Int = 64, repetitions: Int = 10, warmUps: Int = 2,
            threads: Int = 0, workers: Int = 1, includesSteps: Bool = true, algorithm: Algorithm = Algorithm()
        ) {
            self.groupSize = groupSize
            self.tokenCount = tokenCount
            self.repetitions = repetitions
            self.warmUps = warmUps
            self.threads = threads
            self.workers = workers
            self.includesSteps = includesSteps
            self.algorithm = algorithm
        }
    }

    /// The time of a step or of generation, in seconds, with the peak memory of the process.
    package struct Timing: Encodable, Sendable {
        /// Time of each warm-up round.
        package let warmUpSeconds: [Double]
        /// Time of each timed round.
        package let seconds: [Double]
        package let median: Double
        package let minimum: Double
        package let maximum: Double
        /// Median time of each phase.
        package let phases: [String: Double]
        /// Peak resident memory of the process.
        package let peakBytes: Int

        fileprivate init(_ watches: [Stopwatch], warmUps: Int) {
            let totals = watches.map(\.total)
            let timed = watches.dropFirst(warmUps)
            warmUpSeconds = Array(totals.prefix(warmUps))
            seconds = timed.map(\.total)
            median = Self.median(of: seconds)
            minimum = seconds.min() ?? .nan
            maximum = seconds.max() ?? .nan
            let names = Set(timed.flatMap { $0.seconds.map(\.phase) })
            phases = Dictionary(
                uniqueKeysWithValues: names.map { name in (name, Self.median(of: timed.map { $0[name] })) })
            peakBytes = ProcessMemory.peak
        }

        private static func median(of values: [Double]) -> Double {
            guard !values.isEmpty else { return .nan }
            let sorted = values.sorted()
            return (sorted[(values.count - 1) / 2] + sorted[values.count / 2]) / 2
        }
    }

    private let configuration: Configuration
    private let source: PromptFolder
    private let policyModel: PolicyModel
    private let engine: any RolloutEngine
    /// Created by the first step, because generation alone needs no memory for gradients and moments.
    private lazy var learner = Learner(
        model: policyModel.model, rules: policyModel.rules, configuration: optimizer,
        workers: configuration.workers)
    private let collector: RolloutCollector
    private let packer: BatchPacker
    private let optimizer = OptimizerConfiguration()
    /// Groups collected so far; each uses the next prompt.
    private var groupCount = 0

    /// - Parameters:
    ///   - policyModel: the model; its rules are changed so that no completion ends early.
    ///   - source: the prompts; each round uses the next one.
    ///   - configuration: the settings of the benchmark.
    /// - Throws: `MemoryPlanError` if the step does not fit into memory; ``StepBenchmarkError`` for an algorithm that cannot be
    ///   measured.
    package init(_ policyModel: PolicyModel, source: PromptFolder, configuration: Configuration) throws {
        let algorithm = configuration.algorithm
        guard
            !algorithm.advantage.needsCritic && !algorithm.advantage.needsGreedyAnswers
                && !algorithm.divergence.isOn && algorithm.updates.isSingle
        else {
            throw StepBenchmarkError(
                problem: "\(algorithm.name.rawValue) needs more than the group and one update; measure a run")
        }
        Tensor.setThreadCount(
            configuration.threads > 0 ? configuration.threads : ProcessInfo.processInfo.activeProcessorCount)
        Tensor.setDeterministic(true)
        self.configuration = configuration
        self.source = source
        self.policyModel = policyModel
        policyModel.rules = policyModel.rules.withoutStops
        engine = try policyModel.workers(
            configuration.workers, copies: configuration.includesSteps ? 3 : 0)
        var rollout = RolloutConfiguration()
        rollout.promptsPerStep = 1
        rollout.groupSize = configuration.groupSize
        rollout.sampling = Sampling(maximumTokens: configuration.tokenCount)
        collector = RolloutCollector(
            source: source, format: policyModel.format, tools: ToolBox([]), configuration: rollout, seed: 1,
            score: Self.score)
        packer = BatchPacker(
            shape: policyModel.model.shape, processor: policyModel.processor,
            tokensPerPass: optimizer.tokensPerPass)
    }

    /// Measures generation, from question and image file to the group's completions.
    package func generation() throws -> Timing {
        try timing { _ = try collect(timedBy: &$0) }
    }

    /// Measures whole steps: generation, rewards, packing, gradients and the weight update.
    package func step() throws -> Timing {
        try timing { _ = try step(timedBy: &$0) }
    }

    /// Runs one step and returns the group that it trained on.
    package func step(timedBy watch: inout Stopwatch) throws -> TrajectoryGroup {
        let algorithm = configuration.algorithm
        let groups = algorithm.withAdvantages([try collect(timedBy: &watch)])
        let (trees, divisor) = algorithm.trees(of: groups)
        let passes = try watch.measure("pack") {
            try packer.passes(of: trees, workers: configuration.workers)
        }
        try watch.measure("update") {
            let outcome = try learner.update(
                passes, towards: .policy(PolicyLoss(algorithm)), divisor: divisor,
                learningRate: optimizer.learningRate)
            guard outcome.isFinite else {
                throw StepBenchmarkError(problem: "the gradient is NaN or infinite")
            }
            try engine.publish(version: groupCount)
        }
        return groups[0]
    }

    /// The tokens of every prompt, for comparison with another program. `[prompt][token]`
    package func promptTokens() throws -> [[Int32]] {
        let format = policyModel.format
        return try (0..<source.promptCount).map { index in
            try format.prompt(source.example(at: index).messages(viewedBy: format), tools: []).tokens
        }
    }

    // MARK: Parts

    private func timing(_ round: (inout Stopwatch) throws -> Void) rethrows -> Timing {
        let watches = try (0..<configuration.warmUps + configuration.repetitions).map { _ in
            var watch = Stopwatch()
            try round(&watch)
            return watch
        }
        return Timing(watches, warmUps: configuration.warmUps)
    }

    private func collect(timedBy watch: inout Stopwatch) throws -> TrajectoryGroup {
        let step = groupCount
        groupCount += 1
        let group = try watch.measure("generation") {
            try engine.serve { [collector] policy in
                try await collector.collect(step: step, from: PromptOrder(position: step), by: policy)
                    .groups[0]
            }
        }
        let counts = Set(group.members.map(\.trajectory.transcript.completionTokenCount))
        guard counts == [configuration.tokenCount] else {
            throw StepBenchmarkError(
                problem: "completions have \(counts.sorted()) tokens instead of \(configuration.tokenCount)")
        }
        return group
    }

    /// Rewards every second completion.
    @Sendable private static func score(_ rollout: Rollout) -> Result<RewardBreakdown, Unjudged> {
        let isRight = rollout.request.recordID.sample % 2 == 1
        let component = RewardBreakdown.Component(name: "accuracy", value: isRight ? 1 : 0)
        return .success(RewardBreakdown(components: [component], isCorrect: isRight, formatError: nil))
    }
}

/// A round whose measurement is invalid.
package struct StepBenchmarkError: Error, CustomStringConvertible {
    /// What was wrong.
    package let problem: String

    package var description: String { "the measurement is invalid: \(problem)" }
}
