package import Agent
import CounterRandom
package import Tasks

/// Collects a group of trajectories for each prompt of a step.
///
/// The loops of all trajectories run as tasks, while the thread that owns the model computes what they ask for.
package struct RolloutCollector: Sendable {
    private let source: any ExampleSource
    private let format: any ChatFormat
    private let tools: [any Tool]
    private let configuration: RolloutConfiguration
    private let seed: UInt64

    package init(
        source: any ExampleSource, format: any ChatFormat, tools: [any Tool],
        configuration: RolloutConfiguration,
        seed: UInt64
    ) {
        self.source = source
        self.format = format
        self.tools = tools
        self.configuration = configuration
        self.seed = seed
    }

    /// A prompt with all of its trajectories.
    package struct Group: Sendable {
        package let example: Example
        package let index: Int
        package let trajectories: [Trajectory]
    }

    /// The groups of a step, in the order of its prompts.
    ///
    /// Each trajectory draws from random numbers of its own, so that with a policy that schedules by trajectory the
    /// results depend on seed, step and weights alone.
    ///
    /// - Throws: what the example source, the chat format or cancellation throws.
    package func collect(step: Int, by policy: any Policy) async throws -> [Group] {
        let indices = (0..<configuration.promptsPerStep).map { step * configuration.promptsPerStep + $0 }
        var examples: [Example] = []
        var requests: [AgentRequest] = []
        for (group, index) in indices.enumerated() {
            let example = try await source.example(at: index)
            let prompt = try example.prompt(in: format, from: tools)
            examples.append(example)
            for sample in 0..<configuration.groupSize {
                requests.append(
                    AgentRequest(
                        id: TrajectoryID(group: group, sample: sample), prompt: prompt.segment,
                        tools: prompt.tools,
                        sampling: configuration.sampling,
                        random: CounterRandom(seed: seed, UInt64(step), UInt64(index), UInt64(sample))))
            }
        }
        let loop = AgentLoop(policy: policy, format: format, tools: tools, limits: configuration.limits)
        let trajectories = try await loop.run(requests)
        return zip(examples, indices).enumerated().map { group, prompt in
            let range = group * configuration.groupSize..<(group + 1) * configuration.groupSize
            return Group(example: prompt.0, index: prompt.1, trajectories: Array(trajectories[range]))
        }
    }
}
