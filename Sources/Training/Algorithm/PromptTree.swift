package import Agent

/// A prompt and its continuations. The prompt is computed once for all of them.
package struct PromptTree: Sendable {
    /// A continuation of the prompt.
    package struct Branch: Sendable {
        /// Completions and observations in order. A prompt segment here is text without loss.
        package let segments: [Segment]
        /// The weight of each completion token: the advantage times the normalizer's factor, or the weight of a supervised example.
        package let weight: Double
        /// The trajectory of the branch; nil for supervised text.
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

    /// The prompt of a group with a branch for each judged trajectory.
    ///
    /// - Parameters:
    ///   - group: a group with advantages.
    ///   - factor: the factor on an advantage, given the number of completion tokens.
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
