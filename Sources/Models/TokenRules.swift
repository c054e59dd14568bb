package import Agent
package import Torch

/// The tokens that a completion must not contain, and the tokens that end it.
///
/// Forbidden tokens are masked before the softmax. The same bias must be added wherever log-probabilities of completions
/// are computed, also in training: otherwise the new and the old policy are distributions over different sets.
package struct TokenRules: Hashable, Sendable {
    /// Tokens that are never sampled, in ascending order.
    package let forbidden: [Int32]
    /// Tokens that end a completion as its last token, with their finish reasons.
    package let stops: [Int32: FinishReason]
    /// Width of the logits.
    package let vocabularySize: Int

    /// Duplicates in `forbidden`, ids outside the vocabulary and ids in `stops` are ignored.
    package init(forbidden: some Sequence<Int32>, stops: [Int32: FinishReason], vocabularySize: Int) {
        let inside = Set(forbidden).filter { $0 >= 0 && Int($0) < vocabularySize && stops[$0] == nil }
        self.forbidden = inside.sorted()
        self.stops = stops
        self.vocabularySize = vocabularySize
    }

    /// Rules for completions of a fixed length, in which stop tokens are forbidden.
    package var withoutStops: TokenRules {
        TokenRules(forbidden: forbidden + stops.keys, stops: [:], vocabularySize: vocabularySize)
    }

    /// The bias added to logits: −∞ for forbidden tokens, 0 for the others. `[vocabulary]`
    package func bias(on device: Device = .cpu) -> Tensor {
        var bias = [Float](repeating: 0, count: vocabularySize)
        for token in forbidden { bias[Int(token)] = -.infinity }
        return Tensor(bias, shape: [vocabularySize], device: device)
    }
}
