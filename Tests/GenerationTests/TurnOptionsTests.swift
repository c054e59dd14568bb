import Agent
import CounterRandom
import Generation
import Models
import Testing

/// Options of a turn that clients of a server can set.
struct TurnOptionsTests {
    private typealias Fixture = GenerationFixture

    /// Completions of 40 prompts, sampled at temperature 1, of at most 200 tokens.
    private func completions(_ options: TurnOptions, rules: TokenRules = Fixture.rules) throws -> [Completion]
    {
        let requests = (0..<40).map { group in
            CompletionRequest(
                id: TrajectoryID(group: group, sample: 0),
                transcript: Transcript([Fixture.prompt(seed: UInt64(group), images: 0)]),
                sampling: Sampling(), random: CounterRandom(seed: UInt64(group)), maximumTokens: 200,
                options: options)
        }
        return try Fixture.engine(rules: rules).generate(requests)
    }

    /// vLLM's `ignore_eos` goes past all tokens that the model's configuration names as ends; the end of a tool call is one.
    @Test func ignoredTurnEndsAreThoseOfToolCallsToo() throws {
        var options = TurnOptions()
        options.ignoresTurnEnds = true
        let completions = try completions(options)
        #expect(completions.allSatisfy { $0.finish == .length && $0.tokens.count == 200 })
        #expect(completions.contains { $0.tokens.contains(Fixture.turnEnd) })
        #expect(completions.contains { $0.tokens.contains(Fixture.toolCallEnd) })
    }

    @Test(arguments: [false, true]) func stopTokensEndATurn(ignoresTurnEnds: Bool) throws {
        var options = TurnOptions()
        options.stopTokens = [20, 21]
        options.ignoresTurnEnds = ignoresTurnEnds
        let completions = try completions(options)
        for completion in completions {
            #expect(options.stopTokens.isDisjoint(with: completion.tokens.dropLast()))
        }
        let stopped = completions.filter { options.stopTokens.contains($0.tokens.last ?? 0) }
        #expect(!stopped.isEmpty)
        #expect(stopped.allSatisfy { $0.finish == .endOfTurn })
    }

    @Test func noTurnIsShorterThanTheMinimum() throws {
        var options = TurnOptions()
        options.minimumTokens = 30
        options.stopTokens = [20]
        let completions = try completions(options)
        #expect(completions.allSatisfy { $0.tokens.count > 30 })
        #expect(completions.contains { $0.finish == .endOfTurn })
        #expect(completions.allSatisfy { $0.logProbabilities.allSatisfy { $0.isFinite && $0 <= 0 } })
    }

    @Test func aHighFrequencyPenaltyLetsNoTokenComeAgain() throws {
        var options = TurnOptions()
        options.frequencyPenalty = 1e6
        let completions = try completions(options, rules: Fixture.endlessRules)
        for completion in completions {
            // All 58 tokens that may be sampled come once before one comes again.
            #expect(Set(completion.tokens.prefix(58)).count == 58)
        }
    }

    @Test func aHighRepetitionPenaltyIsForThePromptToo() throws {
        var options = TurnOptions()
        options.repetitionPenalty = 1e6
        let plain = try completions(TurnOptions(), rules: Fixture.endlessRules)
        let penalized = try completions(options, rules: Fixture.endlessRules)
        func repeats(_ completions: [Completion]) -> Int {
            completions.enumerated().reduce(0) { sum, next in
                let prompt = Set(Fixture.prompt(seed: UInt64(next.offset), images: 0).tokens)
                return sum + next.element.tokens.prefix(10).count { prompt.contains($0) }
            }
        }
        #expect(repeats(penalized) < repeats(plain))
    }

    /// The definitions of `RepetitionPenaltyLogitsProcessor` in transformers and of the penalties in the OpenAI API, in fp32.
    @Test func penaltiesAreThoseOfTheReferences() {
        var options = TurnOptions()
        options.repetitionPenalty = 1.3
        var logits: [Float] = [2, -1.5, 0, 0.7, -3.25, 9]
        LogitAdjustment(options: options, transcript: [0, 1, 1, 2, 4, 77], turn: [], excluded: [])
            .apply(to: &logits)
        #expect(logits == [1.5384616, -1.9499999, 0, 0.7, -4.225, 9])

        options = TurnOptions()
        options.presencePenalty = 0.5
        options.frequencyPenalty = 0.25
        logits = [2, -1.5, 0, 0.75, -3.25, 9]
        LogitAdjustment(options: options, transcript: [5, 0, 1, 1, 1], turn: [0, 1, 1, 1], excluded: [3])
            .apply(to: &logits)
        #expect(logits == [1.25, -2.75, 0, -.infinity, -3.25, 9])
    }
}
