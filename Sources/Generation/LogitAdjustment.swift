package import Agent

/// A change of one position's logits, before the temperature: penalties on tokens that occurred, and tokens that must
/// not be sampled there.
package struct LogitAdjustment: Sendable {
    private let options: TurnOptions
    private let transcript: [Int32]
    private let turn: [Int32]
    private let excluded: Set<Int32>

    /// - Parameters:
    ///   - options: the penalties.
    ///   - transcript: all tokens before the position, for the repetition penalty.
    ///   - turn: those of the turn, for the other penalties.
    ///   - excluded: tokens that must not be sampled.
    package init(options: TurnOptions, transcript: [Int32], turn: [Int32], excluded: Set<Int32>) {
        self.options = options
        // Without a penalty, a reference to the tokens would make the next append copy them all.
        self.transcript = options.repetitionPenalty == 1 ? [] : transcript
        self.turn = options.hasPenalties ? turn : []
        self.excluded = excluded
    }

    /// Changes the logits of one position; ids outside the vocabulary are ignored.
    ///
    /// The repetition penalty is that of `transformers` (`RepetitionPenaltyLogitsProcessor`); the presence and frequency
    /// penalties, applied after it, are those of the OpenAI API.
    ///
    /// - Parameter logits: [vocabulary]
    package func apply(to logits: inout [Float]) {
        let repetition = Float(options.repetitionPenalty)
        for token in Set(transcript) where logits.indices.contains(Int(token)) {
            let logit = logits[Int(token)]
            logits[Int(token)] = logit < 0 ? logit * repetition : logit / repetition
        }
        if options.presencePenalty != 0 || options.frequencyPenalty != 0 {
            for (token, count) in turn.reduce(into: [Int32: Int](), { $0[$1, default: 0] += 1 })
            where logits.indices.contains(Int(token)) {
                logits[Int(token)] -= Float(options.frequencyPenalty) * Float(count)
                logits[Int(token)] -= Float(options.presencePenalty)
            }
        }
        for token in excluded where logits.indices.contains(Int(token)) {
            logits[Int(token)] = -.infinity
        }
    }
}
