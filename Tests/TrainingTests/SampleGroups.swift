import Agent
import CounterRandom
import Rollout
import Runs
import Tasks
import TestPolicy
import Training

/// Groups of trajectories made by hand.
enum SampleGroups {
    private static let runner = RolloutRunner(
        policy: ScriptedPolicy(.answer("red")), format: ByteFormat(), tools: .standard, limits: AgentLimits())

    static func example(kind: String = "attribute") -> Example {
        Example(
            id: "e", messages: [.question("What?", imageCount: 0)], images: [], answer: "red", kind: kind)
    }

    /// A member that answers "red".
    static func member(
        _ transcript: Transcript, completions: [String] = ["<answer>red</answer>"], sample: Int = 0,
        finish: Trajectory.Finish = .answered, _ outcome: Result<RewardBreakdown, Unjudged>,
        of example: Example
    ) -> ScoredTrajectory {
        let place = TrajectoryID(group: 0, sample: sample)
        let rollout = Rollout(
            request: RolloutRequest(
                example, at: 0, recordID: place, sampling: Sampling(), random: CounterRandom(seed: 1)),
            trajectory: Trajectory(
                id: place, transcript: transcript, completions: completions, toolCalls: [],
                finish: finish))
        return ScoredTrajectory(rollout, outcome) {
            runner.record(
                rollout, reward: $0, unjudged: $1, for: RolloutPurpose(.training, step: 1, seed: 1))
        }
    }

    /// - Parameters:
    ///   - rewards: of the members; nil where there is no verdict.
    ///   - tokens: that each wrote.
    ///   - finishes: how each ended.
    static func group(
        kind: String = "attribute", rewards: [Double?], tokens: [Int] = [],
        finishes: [Trajectory.Finish] = []
    ) -> TrajectoryGroup {
        let example = example(kind: kind)
        let members = rewards.enumerated().map { sample, reward in
            let written = Array(repeating: Int32(7), count: tokens.isEmpty ? 1 : tokens[sample])
            let outcome: Result<RewardBreakdown, Unjudged> =
                reward.map { value in
                    .success(
                        RewardBreakdown(
                            components: [.init(name: "accuracy", value: value)], isCorrect: value > 0,
                            formatError: nil))
                } ?? .failure(Unjudged(reason: "silent"))
            return member(
                Transcript([.prompt(tokens: [1]), .completion(tokens: written)]), sample: sample,
                finish: finishes.isEmpty ? .answered : finishes[sample], outcome, of: example)
        }
        return TrajectoryGroup(example: example, index: 0, members: members)
    }
}
