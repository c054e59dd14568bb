/// Options of a turn beyond ``Sampling``, for the clients of a server; training and evaluation use the defaults.
package struct TurnOptions: Hashable, Sendable {
    /// Removes tokens less likely than this fraction of the most likely token's probability, before `topK` and `topP`;
    /// 0 disables it.
    package var minP = 0.0
    /// Divides the positive logits of all tokens in the transcript, and multiplies the negative ones; 1 disables it.
    package var repetitionPenalty = 1.0
    /// Is subtracted from the logits of tokens that this turn contains.
    package var presencePenalty = 0.0
    /// Is subtracted from the logit of a token for each of its occurrences in this turn.
    package var frequencyPenalty = 0.0
    /// Number of tokens before which no token that ends a turn is sampled.
    package var minimumTokens = 0
    /// Tokens that end a turn, in addition to those of the model.
    package var stopTokens: Set<Int32> = []
    /// Whether to continue past the model's own tokens that end a turn or a tool call.
    package var ignoresTurnEnds = false

    package init() {}

    /// Whether logits depend on the tokens before them other than through the model.
    package var hasPenalties: Bool {
        repetitionPenalty != 1 || presencePenalty != 0 || frequencyPenalty != 0
    }
}
