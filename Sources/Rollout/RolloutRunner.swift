package import Agent
import CounterRandom
package import Imaging
package import Runs
package import Tasks

/// A finished trajectory and the request that it answers.
package struct Rollout: Sendable {
    package let request: RolloutRequest
    package let trajectory: Trajectory

    package init(request: RolloutRequest, trajectory: Trajectory) {
        self.request = request
        self.trajectory = trajectory
    }
}

/// Rolls examples out: what evaluation and selection need of a ``RolloutRunner``, so that tests can answer by script.
package protocol ExampleRollouts: Sendable {
    var format: any ChatFormat { get }

    /// As `RolloutRunner` does it, without telling of events.
    func run<Result: Sendable>(
        _ requests: [RolloutRequest], onEnd: @escaping @Sendable (Rollout) async throws -> Result
    ) async throws -> [Result]
}

/// Puts examples to a policy: the one way from an example to a trajectory and to its record, for training, evaluation,
/// selection and a person's question alike.
package struct RolloutRunner: ExampleRollouts {
    package let format: any ChatFormat
    private let tools: ToolBox
    private let loop: AgentLoop
    /// Pixels of image files, for the samples of a group, their turns, and the training on them.
    private let decodedImages: DecodedRegionCache

    /// - Parameters:
    ///   - policy: writes the turns.
    ///   - format: of its conversations.
    ///   - tools: those that examples may name.
    ///   - limits: of a trajectory.
    ///   - decodedImages: keeps decoded pixels of image files.
    package init(
        policy: any Policy, format: any ChatFormat, tools: ToolBox, limits: AgentLimits,
        decodingInto decodedImages: DecodedRegionCache = DecodedRegionCache()
    ) {
        self.decodedImages = decodedImages
        self.format = format
        self.tools = tools
        loop = AgentLoop(policy: policy, format: format, tools: tools, limits: limits)
    }

    /// Rolls all requests out at once and returns what `onEnd` makes of each, in their order.
    ///
    /// Samples of the same prompt are a group, which shares it. With a policy that schedules by trajectory the results
    /// depend on the requests and the weights alone.
    ///
    /// - Parameters:
    ///   - requests: those of one prompt next to each other.
    ///   - onEvent: told what happens, on any thread.
    ///   - onEnd: called as each trajectory ends, while others go on: to judge it, for example.
    /// - Throws: what the format throws for a prompt, `CancellationError`, and what `onEnd` throws.
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

    /// Samples of the same question about the same example get the same group.
    private static func ids(of requests: [RolloutRequest]) -> [TrajectoryID] {
        struct Prompt: Hashable {
            let index: Int
            let question: String
        }
        var groups: [Prompt: (number: Int, count: Int)] = [:]
        return requests.map { request in
            let prompt = Prompt(index: request.index, question: request.example.question)
            let (number, sample) = groups[prompt] ?? (groups.count, 0)
            groups[prompt] = (number, sample + 1)
            return TrajectoryID(group: number, sample: sample)
        }
    }

}

extension ExampleRollouts {
    /// - Throws: what is wrong with the first image that the model cannot be shown.
    package func check(_ images: [any PixelSource]) throws {
        for (index, image) in images.enumerated() { _ = try format.view(image, as: .example(index)) }
    }

    /// The rollout as a run keeps it, with what it was paid.
    ///
    /// - Parameters:
    ///   - rollout: what is kept.
    ///   - reward: what it was paid.
    ///   - advantage: how that compares to its group.
    ///   - unjudged: why there is no verdict on its answer, if there is none.
    ///   - purpose: what it was made for.
    package func record(
        _ rollout: Rollout, reward: RewardBreakdown = .none, advantage: Double = 0, unjudged: String? = nil,
        for purpose: RolloutPurpose
    ) -> TrajectoryRecord {
        TrajectoryRecord(
            rollout, reward: reward, advantage: advantage, unjudged: unjudged, for: purpose,
            text: format.text(of:))
    }
}

/// What trajectories are made for, as their records say it.
package struct RolloutPurpose: Hashable, Sendable {
    package let origin: TrajectoryOrigin
    /// Optimizer steps that the weights have had.
    package let step: Int
    /// Of the source of the examples, which makes their images again.
    package let seed: UInt64

    package init(_ origin: TrajectoryOrigin, step: Int, seed: UInt64) {
        self.origin = origin
        self.step = step
        self.seed = seed
    }
}
