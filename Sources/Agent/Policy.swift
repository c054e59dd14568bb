package import CounterRandom
import Settings

/// Sampling parameters.
package struct Sampling: Hashable, Sendable, Codable {
    @Setting("Temperature; 0 is greedy decoding.", .atLeast(0)) package var temperature = 1.0
    @Setting(
        "Nucleus sampling: samples from the smallest set of tokens with this total probability; 1 disables it.",
        .above(0, atMost: 1))
    package var topP = 1.0
    @Setting("Samples from this many most likely tokens; 0 disables it.", .atLeast(0)) package var topK = 0
    @Setting("Maximum tokens in one turn.", .atLeast(1)) package var maximumTokens = 1024

    package init(temperature: Double = 1, topP: Double = 1, topK: Int = 0, maximumTokens: Int = 1024) {
        self.temperature = temperature
        self.topP = topP
        self.topK = topK
        self.maximumTokens = maximumTokens
    }

    /// Greedy decoding.
    package static let greedy = Sampling(temperature: 0)
}

/// Identifies a trajectory by prompt and sample; results are ordered by it.
package struct TrajectoryID: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// Index of the prompt in its batch.
    package let group: Int
    /// Index of the sample within the group.
    package let sample: Int

    package init(group: Int, sample: Int) {
        self.group = group
        self.sample = sample
    }

    package static func < (left: TrajectoryID, right: TrajectoryID) -> Bool {
        (left.group, left.sample) < (right.group, right.sample)
    }

    package var description: String { "sample \(sample) of group \(group)" }
}

/// A request for the model's next turn.
package struct CompletionRequest: Sendable {
    package let id: TrajectoryID
    /// The transcript so far; each request of a trajectory extends the transcript of the previous one.
    package let transcript: Transcript
    package let sampling: Sampling
    /// Keyed by seed, step, prompt and sample; the policy derives a random number for each token position from it.
    package let random: CounterRandom
    /// Maximum tokens in this turn, after applying all limits; at least 1.
    package let maximumTokens: Int
    package let options: TurnOptions
    /// How many of the most likely tokens to report for each generated token.
    package let alternativeCount: Int

    package init(
        id: TrajectoryID, transcript: Transcript, sampling: Sampling, random: CounterRandom,
        maximumTokens: Int, options: TurnOptions = TurnOptions(), alternativeCount: Int = 0
    ) {
        self.id = id
        self.transcript = transcript
        self.sampling = sampling
        self.random = random
        self.maximumTokens = maximumTokens
        self.options = options
        self.alternativeCount = alternativeCount
    }
}

/// A token and its log-probability, as in ``Completion``.
package struct ScoredToken: Hashable, Sendable {
    package let token: Int32
    package let logProbability: Float

    package init(_ token: Int32, logProbability: Float) {
        self.token = token
        self.logProbability = logProbability
    }
}

/// A newly generated token.
package struct GeneratedToken: Hashable, Sendable {
    package let rated: ScoredToken
    /// The most likely tokens at this position, most likely first; as many as requested.
    package let alternatives: [ScoredToken]

    package var token: Int32 { rated.token }
    package var logProbability: Float { rated.logProbability }

    package init(_ token: Int32, logProbability: Float, alternatives: [ScoredToken] = []) {
        rated = ScoredToken(token, logProbability: logProbability)
        self.alternatives = alternatives
    }
}

/// Why a completion ended.
package enum FinishReason: String, Hashable, Sendable, Codable, CaseIterable {
    /// The model closed a tool call.
    case toolCall
    /// The model ended its turn.
    case endOfTurn
    /// The maximum number of tokens was reached.
    case length
    /// The longest sequence that the policy can hold was reached.
    case contextLimit
    /// The caller cancelled it.
    case cancelled
}

/// One turn of the model.
package struct Completion: Sendable {
    /// The generated tokens, including the one that ended the turn.
    package let tokens: [Int32]
    /// One per token.
    package let logProbabilities: [Float]
    /// One per token, in nats; empty if not recorded.
    package let entropies: [Float]
    package let finish: FinishReason
    /// Version of the weights that generated it.
    package let policyVersion: Int

    package init(
        tokens: [Int32], logProbabilities: [Float], entropies: [Float] = [], finish: FinishReason,
        policyVersion: Int = 0
    ) {
        self.tokens = tokens
        self.logProbabilities = logProbabilities
        self.entropies = entropies
        self.finish = finish
        self.policyVersion = policyVersion
    }
}

/// A policy: a model behind an engine, or a script.
package protocol Policy: Sendable {
    /// Announces trajectories, so that scheduling, and with it every bit of the result, does not depend on the order in which
    /// their requests arrive.
    func begin(_ ids: [TrajectoryID]) async

    /// Generates the next turn; `onToken` is called with each token as it is generated.
    func complete(
        _ request: CompletionRequest, onToken: (@Sendable (GeneratedToken) -> Void)?
    ) async throws -> Completion

    /// Ends a trajectory: no more requests follow, and its cached state can be freed.
    func end(_ id: TrajectoryID) async
}
