package import Agent

/// A prompt and what follows it in each of its continuations; the unit that shares a prefix.
package struct PromptTree: Sendable {
    /// One way to go on from the prompt.
    package struct Branch: Sendable {
        /// Completions and observations in order; a prompt segment here is text that carries no loss.
        package let segments: [Segment]
        /// Carried by each completion token: an advantage with its normalizer's factor, or the weight of a supervised example.
        package let weight: Double
        /// The trajectory that it is; nil for supervised text.
        package let id: TrajectoryID?

        package init(segments: [Segment], weight: Double, id: TrajectoryID? = nil) {
            self.segments = segments
            self.weight = weight
            self.id = id
        }

        var tokenCount: Int { segments.reduce(0) { $0 + $1.tokens.count } }
    }

    package let prompt: Segment
    package let branches: [Branch]

    package init(prompt: Segment, branches: [Branch]) {
        self.prompt = prompt
        self.branches = branches
    }

    /// The prompt of a group, and what each member made of it with its advantage.
    ///
    /// - Parameters:
    ///   - group: with its advantages.
    ///   - factor: what advantages are multiplied by, given the number of completion tokens.
    package init(_ group: TrajectoryGroup, weighing factor: (Int) -> Double) {
        prompt = group.members[0].trajectory.transcript.segments[0]
        branches = group.judged.map { member in
            let transcript = member.trajectory.transcript
            return Branch(
                segments: Array(transcript.segments.dropFirst()),
                weight: member.advantage * factor(transcript.completionTokenCount), id: member.id)
        }
    }
}
