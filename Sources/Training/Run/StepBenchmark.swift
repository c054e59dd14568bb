import Agent
import Foundation
import Generation
package import Models
import Rollout
import Runs
import Tasks
import Torch

/// Measures one step of GRPO on a group of completions of equal length, and the generation of that group alone.
///
/// The parts are those of ``Trainer``. What differs makes steps comparable with those of other programs: completions do
/// not end before their length is reached, every second one is rewarded whatever it says, and nothing is recorded.
/// The thread that calls it owns the model.
package final class StepBenchmark {
    /// What is to be measured.
    package struct Configuration: Sendable {
        /// Completions of each prompt.
        package var groupSize: Int
        /// Tokens of each completion.
        package var tokenCount: Int
        /// Rounds that are timed.
        package var repetitions: Int
        /// Rounds before those, reported apart.
        package var warmUps: Int
        /// Threads of libtorch; 0 takes one per core.
        package var threads: Int
        /// Workers that compute side by side, with the threads divided among them.
        package var workers: Int

        package init(
            groupSize: Int = 8, tokenCount: Int = 64, repetitions: Int = 10, warmUps: Int = 2,
            threads: Int = 0, workers: Int = 1
        ) {
            self.groupSize = groupSize
            self.tokenCount = tokenCount
            self.repetitions = repetitions
            self.warmUps = warmUps
            self.threads = threads
            self.workers = workers
        }
    }

    /// What one quantity took, in seconds, and the memory of the process by then.
    package struct Timing: Encodable, Sendable {
        /// Of the first rounds, which are not counted.
        package let warmUpSeconds: [Double]
        /// Of each round that is counted.
        package let seconds: [Double]
        package let median: Double
        package let minimum: Double
        package let maximum: Double
        /// Median of each phase that a round is made of.
        package let phases: [String: Double]
        /// Most bytes that the process has had in main memory.
        package let peakBytes: Int

        fileprivate init(_ watches: [Stopwatch], warmUps: Int) {
            let totals = watches.map(\.total)
            let counted = watches.dropFirst(warmUps)
            warmUpSeconds = Array(totals.prefix(warmUps))
            seconds = counted.map(\.total)
            median = Self.median(of: seconds)
            minimum = seconds.min() ?? .nan
            maximum = seconds.max() ?? .nan
            let names = Set(counted.flatMap { $0.seconds.map(\.phase) })
            phases = Dictionary(
                uniqueKeysWithValues: names.map { name in (name, Self.median(of: counted.map { $0[name] })) })
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
    /// Made for the first step: generation alone needs no memory for gradients and moments.
    private lazy var learner = Learner(
        model: policyModel.model, rules: policyModel.rules, configuration: optimizer,
        workers: configuration.workers)
    private let collector: RolloutCollector
    private let packer: BatchPacker
    private let optimizer = OptimizerConfiguration()
    /// Groups collected so far; each begins with the next prompt.
    private var groupCount = 0

    /// - Parameters:
    ///   - configuration: of the step.
    ///   - policyModel: its rules are set to such that let no completion end early.
    ///   - source: each round takes its next prompt.
    /// - Throws: `MemoryPlanError` if the step does not fit into memory.
    package init(_ policyModel: PolicyModel, source: PromptFolder, configuration: Configuration) throws {
        Tensor.setThreadCount(
            configuration.threads > 0 ? configuration.threads : ProcessInfo.processInfo.activeProcessorCount)
        Tensor.setDeterministic(true)
        self.configuration = configuration
        self.source = source
        self.policyModel = policyModel
        policyModel.rules = policyModel.rules.withoutStops
        engine = try policyModel.workers(configuration.workers, copies: 3)
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

    /// From question and image file to the text of the group's completions, round by round.
    package func generation() throws -> Timing {
        try timing { _ = try collect(timedBy: &$0) }
    }

    /// Generation, rewards, packing, gradients and the update of the weights, round by round.
    package func step() throws -> Timing {
        try timing { _ = try step(timedBy: &$0) }
    }

    /// Runs one step and says what it trained on.
    package func step(timedBy watch: inout Stopwatch) throws -> TrajectoryGroup {
        let algorithm = Algorithm()
        let groups = algorithm.compared([try collect(timedBy: &watch)])
        let (trees, divisor) = algorithm.trees(of: groups)
        let passes = try watch.measure("pack") {
            try packer.passes(of: trees, workers: configuration.workers)
        }
        try watch.measure("update") {
            let outcome = try learner.update(
                passes, towards: .reward(algorithm.objective, temperature: 1), divisor: divisor,
                learningRate: optimizer.learningRate)
            guard outcome.isFinite else { throw StepBenchmarkError(problem: "the gradient is not finite") }
            try engine.publish(version: groupCount)
        }
        return groups[0]
    }

    /// The tokens of every prompt, for comparison with what another program makes of them. `[prompt][token]`
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
                try await collector.collect(step: step, by: policy)[0]
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

/// A round did not do what is to be measured.
package struct StepBenchmarkError: Error, CustomStringConvertible {
    /// What happened instead.
    package let problem: String

    package var description: String { "the measurement is void: \(problem)" }
}
