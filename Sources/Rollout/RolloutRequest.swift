package import Agent
package import CounterRandom
import Imaging
package import Tasks

/// An example that a policy is to answer once.
package struct RolloutRequest: Sendable {
    /// Which tools the prompt offers.
    package enum OfferedTools: Hashable, Sendable {
        /// Those that the example names.
        case ofExample
        /// All that there are, whatever the example names.
        case all
        case none
    }

    package let example: Example
    /// Position of the example in its source.
    package let index: Int
    /// Where the trajectory is recorded: which prompt of its step, and which sample of that prompt.
    package let place: TrajectoryID
    package let sampling: Sampling
    /// Keyed by what names the trajectory, so that nothing depends on scheduling.
    package let random: CounterRandom
    package var offers = OfferedTools.ofExample
    /// What was said after the example's messages, such as a call that was made already and its observation.
    package var history: [Message] = []

    package init(
        _ example: Example, at index: Int, place: TrajectoryID, sampling: Sampling, random: CounterRandom
    ) {
        self.example = example
        self.index = index
        self.place = place
        self.sampling = sampling
        self.random = random
    }

    /// The request as the loop takes it.
    ///
    /// - Parameters:
    ///   - id: under which the policy knows it; samples of one prompt share their group.
    ///   - format: of the model.
    ///   - tools: those there are.
    ///   - cache: keeps decoded pixels of the example's image files.
    /// - Throws: `ExampleError` if a message refers to an image that is not there, and what `format` throws.
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
