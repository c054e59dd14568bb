package import Agent
package import Torch

/// Which tokens a completion may not contain, and which end it.
///
/// Forbidden tokens are taken out before the softmax. The same bias has to be added wherever log-probabilities of
/// completions are computed, in training too: otherwise new and old policy are not distributions over the same set.
package struct TokenRules: Hashable, Sendable {
    /// Never sampled, in ascending order.
    package let forbidden: [Int32]
    /// Tokens that end a completion, being its last, and the reason each gives.
    package let stops: [Int32: FinishReason]
    /// Width of the logits.
    package let vocabularySize: Int

    /// Of `forbidden`, repetitions, ids outside the vocabulary and those in `stops` are left out.
    package init(forbidden: some Sequence<Int32>, stops: [Int32: FinishReason], vocabularySize: Int) {
        let inside = Set(forbidden).filter { $0 >= 0 && Int($0) < vocabularySize && stops[$0] == nil }
        self.forbidden = inside.sorted()
        self.stops = stops
        self.vocabularySize = vocabularySize
    }

    /// The same rules for completions of a given length: what would end one is never sampled.
    package var withoutStops: TokenRules {
        TokenRules(forbidden: forbidden + stops.keys, stops: [:], vocabularySize: vocabularySize)
    }

    /// What to add to logits: 0 for a token that may be sampled, −∞ for one that may not. `[vocabulary]`
    package func bias(on device: Device = .cpu) -> Tensor {
        var bias = [Float](repeating: 0, count: vocabularySize)
        for token in forbidden { bias[Int(token)] = -.infinity }
        return Tensor(bias, shape: [vocabularySize], device: device)
    }
}
