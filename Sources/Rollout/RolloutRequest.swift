package import Agent
package import CounterRandom
import Imaging
package import Tasks

/// A request to roll out one trajectory for an example.
package struct RolloutRequest: Sendable {
    /// Which tools the prompt offers.
    package enum OfferedTools: Hashable, Sendable {
        /// The tools that the example names.
        case ofExample
        /// All available tools.
        case all
        case none
    }

    package let example: Example
    /// Index of the example in its source.
    package let index: Int
    /// The id under which the trajectory is recorded: prompt of the step, and sample of that prompt.
    package let recordID: TrajectoryID
    package let sampling: Sampling
    /// Random numbers keyed by the trajectory's identity, so that nothing depends on scheduling.
    package let random: CounterRandom
    package var offers = OfferedTools.ofExample
    /// Further messages after those of the example, such as an earlier tool call with its observation.
    package var history: [Message] = []

    package init(
        _ example: Example, at index: Int, recordID: TrajectoryID, sampling: Sampling, random: CounterRandom
    ) {
        self.example = example
        self.index = index
        self.recordID = recordID
        self.sampling = sampling
        self.random = random
    }

    /// The request for the agent loop.
    ///
    /// - Parameters:
    ///   - id: the id for the policy; samples of one prompt have the same group.
    ///   - format: the model's chat format.
    ///   - tools: the available tools.
    ///   - cache: keeps decoded pixels of the example's image files.
    /// - Throws: `ExampleError` if a message refers to a missing image, and errors of `format`.
    func agentRequest(
        id: TrajectoryID, format: any ChatFormat, tools: ToolBox, decodingInto cache: DecodedRegionCache
    ) throws -> AgentRequest {
        let names: [String] =
            switch offers {
            case .ofExample: tools.names.filter(example.tools.contains)
            case .all: tools.names
            case .none: []
            }
        let prompt = try format.prompt(
            example.decoding(into: cache).messages(viewedBy: format) + history,
            tools: tools.specifications(of: names, boxesIn: format.boxFrame))
        return AgentRequest(id: id, prompt: prompt, tools: names, sampling: sampling, random: random)
    }
}
