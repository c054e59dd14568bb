import Agent
import CounterRandom
import Generation
import Models
import Rollout
import Testing
import Torch

private typealias Fixture = GenerationFixture

/// Requests that begin as earlier ones did.
@Suite struct GenerationPrefixCacheTests {
    /// Requests that come one after the other begin with the same text, and differ in an image or only in their end.
    @Test(arguments: [0, 1]) func whatBeginsAlikeIsComputedOnce(images: Int) throws {
        let engine = Fixture.engine(limits: GenerationLimits(pageSize: 4, prefixPages: 64))
        var random = CounterRandom(seed: 3)
        let beginning = Fixture.words(22, &random)
        var shared = 0
        for group in 0..<3 {
            let own = Fixture.prompt(seed: UInt64(group), images: images)
            let transcript = Transcript([.prompt(tokens: beginning + own.tokens, images: own.images)])
            engine.submit(Fixture.request(transcript, group: group))
            let completion = try #require(try engine.drain(isLast: true).values.first?.get())
            let expected = try Fixture.greedy(
                transcript, count: 6, rules: Fixture.endlessRules, engine.model)
            #expect(completion.tokens == expected.tokens)
            #expect(largestDifference(completion.logProbabilities, expected.logProbabilities) < 1e-5)
            let statistics = engine.takeStatistics()
            #expect(statistics.prefillTokens + statistics.cachedTokens == transcript.tokenCount)
            shared += statistics.cachedTokens
        }
        // The second and the third find the five full pages; what follows is each one's own.
        #expect(shared == 2 * 20)
    }

    /// Questions about images of which the engine knows the content, one after the other and at the same time.
    @Test(arguments: [1, 3, 4, 16], [false, true])
    func imagesThatComeAgainAreComputedOnce(pageSize: Int, isAtOnce: Bool) throws {
        let engine = Fixture.engine(limits: GenerationLimits(pageSize: pageSize, prefixPages: 200))
        let seen = try Fixture.prompt(seed: 7, images: 2).digested()
        // The same tokens about other pixels of the same size.
        let other = try Segment.prompt(
            tokens: seen.tokens, images: seen.images.map { try $0.inverted() }
        ).digested()
        var random = CounterRandom(seed: 3)
        let transcripts = [seen, seen, other, seen].map {
            Transcript([.prompt(tokens: $0.tokens + Fixture.words(5, &random), images: $0.images)])
        }
        var results: [TrajectoryID: Result<Completion, any Error>] = [:]
        for (group, transcript) in transcripts.enumerated() {
            engine.submit(Fixture.request(transcript, group: group))
            if !isAtOnce || group == 3 { results.merge(engine.drain(isLast: true)) { $1 } }
        }
        let statistics = engine.takeStatistics()
        #expect(
            statistics.prefillTokens + statistics.cachedTokens
                == transcripts.reduce(0) { $0 + $1.tokenCount })
        // Two of each kind; the second and the fourth request begin with the pages that are full with what they share
        // with the first and do not end within an image.
        var shared = seen.tokens.count / pageSize * pageSize
        while shared > 0, seen.tokens[shared - 1] == Fixture.image, seen.tokens[shared] == Fixture.image {
            shared -= pageSize
        }
        let ends = seen.tokens.indices.filter { seen.tokens[$0] == Fixture.visionEnd }
        #expect(statistics.images == 4 + 2 * ends.count { $0 > shared })
        for (group, transcript) in transcripts.enumerated() {
            let completion = try #require(try results[TrajectoryID(group: group, sample: 0)]?.get())
            let expected = try Fixture.greedy(
                transcript, count: 6, rules: Fixture.endlessRules, engine.model)
            #expect(completion.tokens == expected.tokens)
            #expect(largestDifference(completion.logProbabilities, expected.logProbabilities) < 1e-5)
        }
    }

    /// A conversation that comes back with what the model wrote and a further question.
    @Test func aConversationIsTakenUpWhereItEnded() throws {
        let engine = Fixture.engine(limits: GenerationLimits(pageSize: 2, prefixPages: 64))
        var transcript = Transcript([Fixture.prompt(seed: 1, images: 0)])
        engine.submit(Fixture.request(transcript, group: 0))
        let first = try #require(try engine.drain(isLast: true).values.first?.get())
        let known = transcript.tokenCount + first.tokens.count - 1
        transcript.append(Segment(first))
        transcript.append(Fixture.observation(seed: 1, images: 0))
        _ = engine.takeStatistics()
        engine.submit(Fixture.request(transcript, group: 1))
        let second = try #require(try engine.drain(isLast: true).values.first?.get())
        #expect(engine.takeStatistics().cachedTokens == known / 2 * 2)
        let expected = try Fixture.greedy(transcript, count: 6, rules: Fixture.endlessRules, engine.model)
        #expect(second.tokens == expected.tokens)
    }

    @Test func keptBeginningsGiveWayToThoseWhoWrite() throws {
        let engine = Fixture.engine(
            limits: GenerationLimits(pageSize: 2, pages: 40, prefixPages: 30, headroom: 2))
        for group in 0..<8 {
            let transcript = Transcript([Fixture.prompt(seed: UInt64(group), images: 0)])
            engine.submit(Fixture.request(transcript, group: group, maximumTokens: 40))
            let completion = try #require(try engine.drain(isLast: true).values.first?.get())
            #expect(completion.finish == .length)
            #expect(engine.usedPageCount <= 30)
        }
        #expect(engine.usedPageCount > 0)
    }

    @Test func newWeightsForgetBeginnings() throws {
        let engine = Fixture.engine(limits: GenerationLimits(pageSize: 2, prefixPages: 30))
        let transcript = Transcript([Fixture.prompt(seed: 4)])
        engine.submit(Fixture.request(transcript, group: 0))
        _ = engine.drain(isLast: true)
        #expect(engine.usedPageCount > 0)
        let other = Fixture.model(seed: 2)
        try engine.publish(other.parameters)
        #expect(engine.usedPageCount == 0)
        engine.submit(Fixture.request(transcript, group: 1))
        let completion = try #require(try engine.drain(isLast: true).values.first?.get())
        let expected = try Fixture.greedy(transcript, count: 6, rules: Fixture.endlessRules, other)
        #expect(completion.tokens == expected.tokens)
    }
}
