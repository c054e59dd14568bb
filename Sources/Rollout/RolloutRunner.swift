package import Agent
import CounterRandom
package import Imaging
package import Runs
package import Tasks

/// A finished trajectory with its request.
package struct Rollout: Sendable {
    package let request: RolloutRequest
    package let trajectory: Trajectory

    package init(request: RolloutRequest, trajectory: Trajectory) {
        self.request = request
        self.trajectory = trajectory
    }
}

/// Runs rollouts of examples: the part of ``RolloutRunner`` that evaluation and selection need, so that tests can replace it.
package protocol ExampleRollouts: Sendable {
    var format: any ChatFormat { get }

    /// The same as `RolloutRunner.run`, without events.
    func run<Result: Sendable>(
        _ requests: [RolloutRequest], onEnd: @escaping @Sendable (Rollout) async throws -> Result
    ) async throws -> [Result]
}

/// Turns examples into trajectories and trajectories into records, for training, evaluation, selection and `deepeyes ask`.
package struct RolloutRunner: ExampleRollouts {
    package let format: any ChatFormat
    private let tools: ToolBox
    private let loop: AgentLoop
    /// Pixels of image files, for the samples of a group, their turns, and the training on them.
    private let decodedImages: DecodedRegionCache

    /// - Parameters:
    ///   - policy: generates the turns.
    ///   - format: the model's chat format.
    ///   - tools: the tools that examples may name.
    ///   - limits: limits of a trajectory.
    ///   - decodedImages: cache for the decoded pixels of image files.
    package init(
        policy: any Policy, format: any ChatFormat, tools: ToolBox, limits: AgentLimits,
        decodingInto decodedImages: DecodedRegionCache = DecodedRegionCache()
    ) {
        self.decodedImages = decodedImages
        self.format = format
        self.tools = tools
        loop = AgentLoop(policy: policy, format: format, tools: tools, limits: limits)
    }

    /// Rolls out all requests concurrently and returns the results of `onEnd` in the order of the requests.
    ///
    /// Samples of the same prompt form a group with a shared prompt. With a policy that schedules by trajectory, results
    /// depend only on the requests and the weights.
    ///
    /// - Parameters:
    ///   - requests: the requests; those of one prompt must be consecutive.
    ///   - onEvent: called with each event, on any thread.
    ///   - onEnd: called as each trajectory ends, while others continue; for example, to judge it.
    /// - Throws: errors of the format for a prompt, `CancellationError`, and errors of `onEnd`.
    package func run<Result: Sendable>(
        _ requests: [RolloutRequest], onEvent: AgentLoop.EventHandler?,
        onEnd: @escaping @Sendable (Rollout) async throws -> Result
    ) async throws -> [Result] {
        let prepared = try zip(requests, Self.ids(of: requests)).map { request, id in
            try request.agentRequest(
                id: id, format: format, tools: tools, decodingInto: decodedImages)
        }
        return try await loop.run(prepared, onEvent: onEvent) { index, trajectory in
            try await onEnd(Rollout(request: requests[index], trajectory: trajectory))
        }
    }

    package func run<Result: Sendable>(
        _ requests: [RolloutRequest], onEnd: @escaping @Sendable (Rollout) async throws -> Result
    ) async throws -> [Result] {
        try await run(requests, onEvent: nil, onEnd: onEnd)
    }

    /// Assigns the same group to samples of the same prompt.
    private static func ids(of requests: [RolloutRequest]) -> [TrajectoryID] {
        struct Prompt: Hashable {
            let index: Int
            let question: String
        }
        var groups: [Prompt: (index: Int, count: Int)] = [:]
        return requests.map { request in
            let prompt = Prompt(index: request.index, question: request.example.question)
            let (group, sample) = groups[prompt] ?? (groups.count, 0)
            groups[prompt] = (group, sample + 1)
            return TrajectoryID(group: group, sample: sample)
        }
    }

}

extension ExampleRollouts {
    /// Checks that the model supports all images.
    ///
    /// - Throws: the error for the first image that it does not support.
    package func check(_ images: [any PixelSource]) throws {
        for (index, image) in images.enumerated() { _ = try format.view(image, as: .example(index)) }
    }

    /// The record of a rollout for storage.
    ///
    /// - Parameters:
    ///   - rollout: the rollout.
    ///   - reward: its reward.
    ///   - advantage: its advantage within the group.
    ///   - unjudged: why there is no verdict, if there is none.
    ///   - purpose: training, or an evaluation.
    package func record(
        _ rollout: Rollout, reward: RewardBreakdown = .none, advantage: Double = 0, unjudged: String? = nil,
        for purpose: RolloutPurpose
    ) -> TrajectoryRecord {
        TrajectoryRecord(
            rollout, reward: reward, advantage: advantage, unjudged: unjudged, for: purpose,
            text: format.text(of:))
    }
}

/// The purpose of rollouts, as stored in their records.
package struct RolloutPurpose: Hashable, Sendable {
    package let origin: TrajectoryOrigin
    /// The number of optimizer steps before the rollout.
    package let step: Int
    /// Seed of the example source, from which images are regenerated.
    package let seed: UInt64

    package init(_ origin: TrajectoryOrigin, step: Int, seed: UInt64) {
        self.origin = origin
        self.step = step
        self.seed = seed
    }
}
