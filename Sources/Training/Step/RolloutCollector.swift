package import Agent
import CounterRandom
import Evaluation
package import Rollout
import Runs
package import Tasks

/// Collects a group of trajectories for each prompt of a step. Each trajectory is rewarded as soon as it ends.
///
/// Each trajectory is a task; the thread that owns the model computes the turns of all of them.
package struct RolloutCollector: Sendable {
    /// Returns the reward of a trajectory, or why its answer has no verdict.
    package typealias Score = @Sendable (Rollout) async throws -> Result<RewardBreakdown, Unjudged>

    private let source: any ExampleSource
    private let format: any ChatFormat
    private let tools: ToolBox
    private let configuration: RolloutConfiguration
    private let algorithm: Algorithm
    private let curriculum: Curriculum
    private let score: Score
    private let seed: UInt64

    package init(
        source: any ExampleSource, format: any ChatFormat, tools: ToolBox,
        configuration: RolloutConfiguration, algorithm: Algorithm = Algorithm(),
        curriculum: Curriculum = Curriculum(), seed: UInt64, score: @escaping Score
    ) {
        self.source = source
        self.format = format
        self.tools = tools
        self.configuration = configuration
        self.algorithm = algorithm
        self.curriculum = curriculum
        self.seed = seed
        self.score = score
    }

    /// What a step collected.
    package struct Collected: Sendable {
        /// Every group that was asked for, in the order of its prompts, without advantages.
        package var groups: [TrajectoryGroup] = []
        /// The groups to train on: all, or with dynamic sampling those with a signal.
        package var kept: [TrajectoryGroup] = []
        /// Which prompts come next.
        package var order: PromptOrder

        /// All groups, with those of `trained` in place of the ones they were made of.
        func groups(replacing trained: [TrajectoryGroup]) -> [TrajectoryGroup] {
            if trained.count == groups.count { return trained }
            let byID = Dictionary(
                trained.compactMap { group in group.members.first.map { ($0.id, group) } },
                uniquingKeysWith: { first, _ in first })
            return groups.map { group in group.members.first.flatMap { byID[$0.id] } ?? group }
        }
    }

    /// Collects the groups of a step.
    ///
    /// Each trajectory has its own random numbers. The results depend only on seed, step, prompts and weights, if the policy's
    /// results do not depend on scheduling.
    ///
    /// - Parameters:
    ///   - step: number of completed steps.
    ///   - order: which prompts come next.
    ///   - policy: generates the turns.
    /// - Throws: ``NoSignalError`` if dynamic sampling finds no signal; an error of the example source or the chat format, or
    ///   `CancellationError`.
    package func collect(
        step: Int, from order: PromptOrder, by policy: any Policy
    ) async throws -> Collected {
        var collected = Collected(order: order)
        for _ in 0..<algorithm.sampling.rounds where collected.kept.count < configuration.promptsPerStep {
            let indices = collected.order.next(
                configuration.promptsPerStep - collected.kept.count, of: source.count, by: curriculum,
                seed: seed)
            let groups = try await groups(
                of: indices, firstGroup: collected.groups.count, step: step, by: policy)
            collected.order.observe(groups, examples: source.count, by: curriculum)
            collected.groups += groups
            collected.kept += algorithm.sampling.isOn ? groups.filter(\.hasSignal) : groups
        }
        if collected.kept.isEmpty {
            throw NoSignalError(step: step + 1, questions: collected.groups.count)
        }
        return collected
    }

    /// The groups of prompts, numbered from `firstGroup`.
    private func groups(
        of indices: [Int], firstGroup: Int, step: Int, by policy: any Policy
    ) async throws -> [TrajectoryGroup] {
        let greedy = algorithm.advantage.needsGreedyAnswers
        let samples = configuration.groupSize + (greedy ? 1 : 0)
        var requests: [RolloutRequest] = []
        for (offset, index) in indices.enumerated() {
            let example = try await source.example(at: index)
            requests += (0..<samples).map { sample in
                var sampling = configuration.sampling
                if sample == configuration.groupSize { sampling.temperature = 0 }
                return RolloutRequest(
                    example, at: index, recordID: TrajectoryID(group: firstGroup + offset, sample: sample),
                    sampling: sampling,
                    random: CounterRandom(seed: seed, UInt64(step), UInt64(index), UInt64(sample)))
            }
        }
        let runner = RolloutRunner(policy: policy, format: format, tools: tools, limits: configuration.limits)
        let purpose = RolloutPurpose(.training, step: step + 1, seed: seed)
        let scored = try await runner.run(requests) { [score] rollout in
            ScoredTrajectory(rollout, try await score(rollout)) {
                runner.record(rollout, reward: $0, unjudged: $1, for: purpose)
            }
        }
        return stride(from: 0, to: scored.count, by: samples).map { start in
            let last = scored[start + samples - 1]
            return TrajectoryGroup(
                example: requests[start].example, index: requests[start].index,
                members: Array(scored[start..<start + configuration.groupSize]),
                greedyReward: greedy && last.unjudged == nil ? last.reward.total : nil)
        }
    }
}
