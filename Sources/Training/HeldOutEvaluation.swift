package import Agent
import CounterRandom
package import Tasks

/// Rolls a policy out greedily on held-out examples and sums up what it did.
package struct HeldOutEvaluation: Sendable {
    private let source: any ExampleSource
    private let format: any ChatFormat
    private let tools: [any Tool]
    private let rollout: RolloutConfiguration
    private let scorer: GroupScorer
    private let configuration: EvaluationConfiguration

    package init(
        source: any ExampleSource, format: any ChatFormat, tools: [any Tool], rollout: RolloutConfiguration,
        scorer: GroupScorer, configuration: EvaluationConfiguration
    ) {
        self.source = source
        self.format = format
        self.tools = tools
        self.rollout = rollout
        self.scorer = scorer
        self.configuration = configuration
    }

    /// One group of one trajectory for each example, in order.
    ///
    /// - Parameters:
    ///   - policy: writes the turns.
    ///   - onProgress: told how many groups are done.
    ///   - offersTools: off asks the same questions without telling the model of any tool.
    package func run(
        by policy: any Policy, offersTools: Bool, onProgress: @Sendable (Int) -> Void
    ) async throws -> [TrajectoryGroup] {
        var groups: [TrajectoryGroup] = []
        let total = source.count ?? 0
        while groups.count < total {
            let indices = groups.count..<min(groups.count + configuration.concurrency, total)
            groups += try await scorer.scored(
                rollouts(of: Array(indices), by: policy, offersTools: offersTools))
            onProgress(groups.count)
        }
        return groups
    }

    private func rollouts(
        of indices: [Int], by policy: any Policy, offersTools: Bool
    ) async throws -> [RolloutCollector.Group] {
        var examples: [Example] = []
        var requests: [AgentRequest] = []
        for index in indices {
            let example = try await source.example(at: index)
            let prompt = try example.prompt(in: format, from: offersTools ? tools : [])
            examples.append(example)
            requests.append(
                AgentRequest(
                    id: TrajectoryID(group: index, sample: 0),
                    prompt: prompt.segment, tools: prompt.tools,
                    sampling: Sampling(temperature: 0, maximumTokens: rollout.sampling.maximumTokens),
                    random: CounterRandom(seed: configuration.seed, UInt64(index))))
        }
        let loop = AgentLoop(policy: policy, format: format, tools: tools, limits: rollout.limits)
        let trajectories = try await loop.run(requests)
        return zip(zip(indices, examples), trajectories).map {
            RolloutCollector.Group(example: $0.1, index: $0.0, trajectories: [$1])
        }
    }
}
