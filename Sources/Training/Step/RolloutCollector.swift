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
    private let score: Score
    private let seed: UInt64

    package init(
        source: any ExampleSource, format: any ChatFormat, tools: ToolBox,
        configuration: RolloutConfiguration, seed: UInt64, score: @escaping Score
    ) {
        self.source = source
        self.format = format
        self.tools = tools
        self.configuration = configuration
        self.seed = seed
        self.score = score
    }

    /// Collects the groups of a step, in the order of its prompts, without advantages.
    ///
    /// Each trajectory has its own random numbers. The results depend only on seed, step and weights, if the policy's results
    /// do not depend on scheduling.
    ///
    /// - Parameters:
    ///   - step: number of completed steps.
    ///   - policy: generates the turns.
    /// - Throws: an error of the example source or the chat format, or `CancellationError`.
    package func collect(step: Int, by policy: any Policy) async throws -> [TrajectoryGroup] {
        let indices = (0..<configuration.promptsPerStep).map { step * configuration.promptsPerStep + $0 }
        var requests: [RolloutRequest] = []
        for (group, index) in indices.enumerated() {
            let example = try await source.example(at: index)
            requests += (0..<configuration.groupSize).map { sample in
                RolloutRequest(
                    example, at: index, recordID: TrajectoryID(group: group, sample: sample),
                    sampling: configuration.sampling,
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
        return stride(from: 0, to: scored.count, by: configuration.groupSize).map { start in
            let request = requests[start]
            return TrajectoryGroup(
                example: request.example, index: request.index,
                members: Array(scored[start..<start + configuration.groupSize]))
        }
    }
}
