package import CounterRandom

/// How tokens are drawn.
package struct Sampling: Hashable, Sendable, Codable {
    /// 0 takes the most likely token.
    package var temperature: Double
    /// Smallest set of tokens whose probability reaches this; 1 keeps all.
    package var topP: Double
    /// Number of tokens kept; 0 keeps all.
    package var topK: Int
    /// Most tokens in one turn.
    package var maximumTokens: Int

    package init(temperature: Double = 1, topP: Double = 1, topK: Int = 0, maximumTokens: Int = 1024) {
        self.temperature = temperature
        self.topP = topP
        self.topK = topK
        self.maximumTokens = maximumTokens
    }

    /// The most likely token each time.
    package static let greedy = Sampling(temperature: 0)
}

/// Which sample of which prompt a trajectory is; the order of ids is the order of the results.
package struct TrajectoryID: Hashable, Comparable, Sendable, Codable {
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
}

/// A request for the model's next turn.
package struct CompletionRequest: Sendable {
    package let id: TrajectoryID
    /// Everything said so far; a later request of the same trajectory extends an earlier one.
    package let transcript: Transcript
    package let sampling: Sampling
    /// Keyed by seed, step, prompt and sample; the policy derives a number for each token position from it.
    package let random: CounterRandom
    /// Most tokens to write now, all limits considered; at least 1.
    package let maximumTokens: Int
    /// Whether to write on where the model ends its turn, for measurements that need answers of equal length.
    package let ignoresTurnEnds: Bool
    /// How many of the likeliest tokens to tell of with each one that is written.
    package let alternativeCount: Int

    package init(
        id: TrajectoryID, transcript: Transcript, sampling: Sampling, random: CounterRandom,
        maximumTokens: Int, ignoresTurnEnds: Bool = false, alternativeCount: Int = 0
    ) {
        self.id = id
        self.transcript = transcript
        self.sampling = sampling
        self.random = random
        self.maximumTokens = maximumTokens
        self.ignoresTurnEnds = ignoresTurnEnds
        self.alternativeCount = alternativeCount
    }
}

/// A token and its log-probability, as in ``Completion``.
package struct RatedToken: Hashable, Sendable {
    package let token: Int32
    package let logProbability: Float

    package init(_ token: Int32, logProbability: Float) {
        self.token = token
        self.logProbability = logProbability
    }
}

/// A token as a policy has just written it.
package struct WrittenToken: Hashable, Sendable {
    package let rated: RatedToken
    /// The likeliest tokens in its place, the first one first; as many as the request asks for.
    package let alternatives: [RatedToken]

    package var token: Int32 { rated.token }
    package var logProbability: Float { rated.logProbability }

    package init(_ token: Int32, logProbability: Float, alternatives: [RatedToken] = []) {
        rated = RatedToken(token, logProbability: logProbability)
        self.alternatives = alternatives
    }
}

/// Why a completion ended.
package enum FinishReason: String, Hashable, Sendable, Codable, CaseIterable {
    /// It closed a tool call.
    case toolCall
    /// The model ended its turn.
    case endOfTurn
    /// It reached the number of tokens asked for.
    case length
    /// It reached the longest sequence the policy can hold.
    case contextLimit
    /// The caller cancelled it.
    case cancelled
}

/// One turn of the model.
package struct Completion: Sendable {
    /// The tokens written, the one that ended the turn included.
    package let tokens: [Int32]
    /// One for each token.
    package let logProbabilities: [Float]
    /// One for each token, in nats, or none if not recorded.
    package let entropies: [Float]
    package let finish: FinishReason
    /// Version of the weights that wrote it.
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

/// What acts: a model behind an engine, or a script.
package protocol Policy: Sendable {
    /// Announces the trajectories that will ask, so that scheduling, and with it every bit of the result,
    /// does not depend on the order in which their requests arrive.
    func begin(_ ids: [TrajectoryID]) async

    /// Writes the next turn; `onToken` is called with each token as it is written.
    func complete(
        _ request: CompletionRequest, onToken: (@Sendable (WrittenToken) -> Void)?
    ) async throws -> Completion

    /// Says that a trajectory will not ask again, so that what is kept for it can be freed.
    func end(_ id: TrajectoryID) async
}
