/// A stretch of a transcript that one party wrote.
package struct Segment: Sendable {
    package enum Kind: String, Hashable, Sendable, Codable {
        /// The conversation before the model speaks.
        case prompt
        /// What the model wrote; the only kind that is trained on.
        case completion
        /// What a tool answered.
        case observation
    }

    package let kind: Kind
    /// Token ids, image placeholders included.
    package let tokens: [Int32]
    /// The images whose placeholders stand in `tokens`, in order; none in a completion.
    package let images: [ViewedImage]
    /// Log-probability of each token when it was sampled; empty unless this is a completion.
    package let logProbabilities: [Float]
    /// Entropy in nats of the distribution each token was sampled from; empty where not recorded.
    package let entropies: [Float]
    /// Version of the weights that sampled the completion; 0 otherwise.
    package let policyVersion: Int

    private init(
        kind: Kind, tokens: [Int32], images: [ViewedImage], logProbabilities: [Float], entropies: [Float],
        policyVersion: Int
    ) {
        self.kind = kind
        self.tokens = tokens
        self.images = images
        self.logProbabilities = logProbabilities
        self.entropies = entropies
        self.policyVersion = policyVersion
    }

    package static func prompt(tokens: [Int32], images: [ViewedImage] = []) -> Segment {
        Segment(
            kind: .prompt, tokens: tokens, images: images, logProbabilities: [], entropies: [],
            policyVersion: 0)
    }

    package static func observation(tokens: [Int32], images: [ViewedImage] = []) -> Segment {
        Segment(
            kind: .observation, tokens: tokens, images: images, logProbabilities: [], entropies: [],
            policyVersion: 0)
    }

    /// There is a log-probability for each token, or none for text that was not sampled (supervised data); and
    /// an entropy for each token, or none.
    package static func completion(
        tokens: [Int32], logProbabilities: [Float] = [], entropies: [Float] = [], policyVersion: Int = 0
    ) -> Segment {
        precondition(
            logProbabilities.isEmpty || logProbabilities.count == tokens.count,
            "\(logProbabilities.count) log-probabilities for \(tokens.count) tokens")
        precondition(
            entropies.isEmpty || entropies.count == tokens.count,
            "\(entropies.count) entropies for \(tokens.count) tokens")
        return Segment(
            kind: .completion, tokens: tokens, images: [], logProbabilities: logProbabilities,
            entropies: entropies, policyVersion: policyVersion)
    }
}

/// A conversation as tokens: written once, appended to, never decoded and tokenized again.
package struct Transcript: Sendable {
    package private(set) var segments: [Segment]
    /// Number of tokens in all segments.
    package private(set) var tokenCount: Int

    package init(_ segments: [Segment] = []) {
        self.segments = segments
        self.tokenCount = segments.reduce(0) { $0 + $1.tokens.count }
    }

    package mutating func append(_ segment: Segment) {
        segments.append(segment)
        tokenCount += segment.tokens.count
    }

    /// All token ids, in order.
    package var tokens: [Int32] { segments.flatMap(\.tokens) }

    /// Whether each token was written by the model and so carries a loss.
    package var lossMask: [Bool] {
        segments.flatMap { Array(repeating: $0.kind == .completion, count: $0.tokens.count) }
    }

    /// All images in the order in which they are seen.
    package var images: [ViewedImage] { segments.flatMap(\.images) }

    /// Number of tokens the model wrote.
    package var completionTokenCount: Int {
        segments.reduce(0) { $0 + ($1.kind == .completion ? $1.tokens.count : 0) }
    }
}
