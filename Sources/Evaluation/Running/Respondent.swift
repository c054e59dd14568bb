package import Agent
package import CounterRandom
package import Imaging
import Rollout
package import Runs
package import Tasks

/// A question on its way to a model.
package struct Inquiry: Sendable {
    /// Position of the item in its benchmark.
    package let index: Int
    package let sample: Int
    package let example: Example
    package let sampling: Sampling
    package let random: CounterRandom

    package init(index: Int, sample: Int, example: Example, sampling: Sampling, random: CounterRandom) {
        self.index = index
        self.sample = sample
        self.example = example
        self.sampling = sampling
        self.random = random
    }
}

/// What answers: a model here, or one behind an endpoint.
package protocol Respondent: Sendable {
    /// The answers in the order of the inquiries, without a verdict.
    ///
    /// - Throws: `CancellationError`, and what no later question could be asked after either.
    func answers(to inquiries: [Inquiry], origin: TrajectoryOrigin) async throws -> [TrajectoryRecord]

    /// - Throws: what is wrong with the first image that the model cannot be shown.
    func check(_ images: [any PixelSource]) throws

    /// A box in an answer, in pixels of the image as it lies on disk.
    ///
    /// - Throws: what viewing the image throws.
    func originalBox(_ box: Rectangle, in image: any PixelSource) throws -> Rectangle
}

/// A policy with its tools, here in the process.
package struct AgentRespondent: Respondent {
    private let policy: any Policy
    private let format: any ChatFormat
    private let tools: [any Tool]
    private let loop: AgentLoop

    /// - Parameters:
    ///   - policy: writes the turns.
    ///   - format: of its conversations.
    ///   - limits: of a trajectory.
    ///   - tools: those that examples may name.
    package init(policy: any Policy, format: any ChatFormat, tools: [any Tool], limits: AgentLimits) {
        self.policy = policy
        self.format = format
        self.tools = tools
        loop = AgentLoop(policy: policy, format: format, tools: tools, limits: limits)
    }

    package func answers(to inquiries: [Inquiry], origin: TrajectoryOrigin) async throws -> [TrajectoryRecord]
    {
        let groups = Self.groups(inquiries)
        let requests = try zip(inquiries, groups).map { inquiry, id in
            let prompt = try inquiry.example.prompt(in: format, from: tools)
            return AgentRequest(
                id: id, prompt: prompt.segment, tools: prompt.tools, sampling: inquiry.sampling,
                random: inquiry.random)
        }
        let trajectories = try await loop.run(requests)
        return zip(inquiries, trajectories).map { inquiry, trajectory in
            var record = TrajectoryRecord(
                trajectory,
                reward: RewardBreakdown(
                    components: [], isCorrect: false, formatError: Reward.formatError(of: trajectory)),
                of: inquiry.example, at: inquiry.index, origin: origin, step: inquiry.sample, seed: 0,
                text: format.text(of:))
            (record.group, record.sample) = (inquiry.index, 0)
            return record
        }
    }

    /// Samples of the same prompt are a group, which shares it.
    private static func groups(_ inquiries: [Inquiry]) -> [TrajectoryID] {
        struct Prompt: Hashable {
            let index: Int
            let question: String
        }
        var groups: [Prompt: (number: Int, count: Int)] = [:]
        return inquiries.map { inquiry in
            let prompt = Prompt(index: inquiry.index, question: inquiry.example.question)
            let (number, sample) = groups[prompt] ?? (groups.count, 0)
            groups[prompt] = (number, sample + 1)
            return TrajectoryID(group: number, sample: sample)
        }
    }

    package func check(_ images: [any PixelSource]) throws {
        for image in images { _ = try format.view(image, region: nil, rotation: .upright) }
    }

    package func originalBox(_ box: Rectangle, in image: any PixelSource) throws -> Rectangle {
        let view = try format.view(image, region: nil, rotation: .upright)
        return view.originalBox(ofViewed: view.viewedBox(of: box, in: format.boxFrame))
    }
}
