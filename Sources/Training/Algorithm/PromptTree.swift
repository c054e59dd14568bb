package import Agent

/// A prompt and its continuations. The prompt is computed once for all of them.
package struct PromptTree: Sendable {
    /// A continuation of the prompt.
    package struct Branch: Sendable {
        /// Completions and observations in order. A prompt segment here is text without loss.
        package let segments: [Segment]
        /// The weight of each completion token: the advantage times the normalizer's factor, or the weight of a supervised example.
        package let weights: [Float]
        /// What a policy loss needs beside them.
        package let terms: TargetTerms
        /// The trajectory of the branch; nil for supervised text.
        package let id: TrajectoryID?

        /// A branch whose tokens have the same weight.
        package init(segments: [Segment], weight: Double, id: TrajectoryID? = nil) {
            self.init(
                segments: segments,
                weights: Array(repeating: Float(weight), count: Self.targetCount(of: segments)), id: id)
        }

        /// - Parameters:
        ///   - segments: completions and observations in order.
        ///   - weights: the weight of each completion token.
        ///   - terms: what a policy loss needs beside them.
        ///   - id: the trajectory.
        package init(
            segments: [Segment], weights: [Float], terms: TargetTerms = TargetTerms(), id: TrajectoryID?
        ) {
            precondition(weights.count == Self.targetCount(of: segments), "a weight for each token")
            self.segments = segments
            self.weights = weights
            self.terms = terms
            self.id = id
        }

        private static func targetCount(of segments: [Segment]) -> Int {
            segments.reduce(0) { $0 + ($1.kind == .completion ? $1.tokens.count : 0) }
        }

        var tokenCount: Int { segments.reduce(0) { $0 + $1.tokens.count } }
    }

    package let prompt: Segment
    package let branches: [Branch]

    package init(prompt: Segment, branches: [Branch]) {
        self.prompt = prompt
        self.branches = branches
    }
}

/// What a policy loss needs of each completion token beside its weight. A list is empty if the loss does without it. `[token]`
package struct TargetTerms: Sendable {
    /// The normalizer's factor.
    package var factors: [Float] = []
    /// The same, or 0 for a token whose entropy is not rewarded.
    package var entropyFactors: [Float] = []
    /// Log-probabilities under the policy before the first update, computed by the trainer.
    package var policy: [Float] = []
    /// Log-probabilities under the reference model.
    package var reference: [Float] = []
    /// The critic's values before the first update.
    package var values: [Float] = []
    /// What these should have been.
    package var returns: [Float] = []

    package init() {}

    mutating func append(_ other: TargetTerms) {
        factors += other.factors
        entropyFactors += other.entropyFactors
        policy += other.policy
        reference += other.reference
        values += other.values
        returns += other.returns
    }
}
