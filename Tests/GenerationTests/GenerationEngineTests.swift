import Agent
import CounterRandom
import Generation
import Models
import Rollout
import Testing
import Torch

private typealias Fixture = GenerationFixture

@Suite struct GenerationEngineTests {
    // MARK: Equality with plain computation

    /// Four trajectories of three turns side by side, against a computation without a cache.
    @Test(arguments: [4096, 5, 1])
    func severalTurnsWithImagesEqualRecomputation(prefillTokens: Int) throws {
        let limits = GenerationLimits(sequences: 3, prefillTokens: prefillTokens, pageSize: 4)
        let engine = Fixture.engine(limits: limits)
        var transcripts = (0..<4).map {
            Transcript([Fixture.prompt(seed: UInt64($0), images: $0 % 3, words: 3 + 4 * $0)])
        }
        for turn in 0..<3 {
            for (group, transcript) in transcripts.enumerated() {
                engine.submit(Fixture.request(transcript, group: group, maximumTokens: 4 + group))
            }
            var results = engine.drain()
            if turn == 0 {
                // The fourth has found no place; the others keep theirs until they end.
                #expect(results.count == 3)
                engine.end(TrajectoryID(group: 2, sample: 0))
                results.merge(engine.drain()) { first, _ in first }
                #expect(results.count == 4)
            }
            for (id, result) in results {
                let completion = try result.get()
                let expected = try Fixture.greedy(
                    transcripts[id.group], count: 4 + id.group, rules: Fixture.endlessRules, engine.model)
                #expect(completion.tokens == expected.tokens)
                #expect(largestDifference(completion.logProbabilities, expected.logProbabilities) < 1e-5)
                transcripts[id.group].append(Segment(completion))
                transcripts[id.group].append(
                    Fixture.observation(seed: UInt64(10 * turn + id.group), images: (turn + id.group) % 2))
            }
            if turn == 0 { engine.end(TrajectoryID(group: 3, sample: 0)) }
            transcripts = Array(transcripts.prefix(2))
        }
    }

    @Test(arguments: [1, 3, 16]) func sharedPromptEqualsSeparateRuns(pageSize: Int) throws {
        let prompt = Transcript([Fixture.prompt(seed: 7, images: 2)])
        let requests = (0..<6).map {
            Fixture.request(prompt, sample: $0, sampling: Sampling(temperature: 0.9), maximumTokens: 12)
        }
        let engine = Fixture.engine(limits: GenerationLimits(pageSize: pageSize))
        let together = try engine.generate(requests)
        let statistics = engine.takeStatistics()
        #expect(statistics.prefillTokens == prompt.tokenCount - 1)
        #expect(statistics.cachedTokens == 6 * (prompt.tokenCount - 1))
        #expect(statistics.images == 2)
        #expect(engine.usedPageCount == 0)
        #expect(Set(together.map(\.tokens)).count > 1)
        for (request, shared) in zip(requests, together) {
            let alone = try Fixture.engine().generate([request])[0]
            #expect(shared.tokens == alone.tokens)
            #expect(largestDifference(shared.logProbabilities, alone.logProbabilities) < 1e-5)
            #expect(largestDifference(shared.entropies, alone.entropies) < 1e-5)
        }
    }

    @Test(arguments: [1, 0.7]) func logProbabilitiesEqualThoseOfTraining(temperature: Double) throws {
        let engine = Fixture.engine(rules: Fixture.rules)
        let prompt = Fixture.prompt(seed: 3)
        let sampling = Sampling(temperature: temperature)
        var transcripts = (0..<4).map { _ in Transcript([prompt]) }
        for turn in 0..<2 {
            let requests = transcripts.enumerated().map {
                Fixture.request($1, sample: $0, sampling: sampling, maximumTokens: 15)
            }
            for (index, completion) in try engine.generate(requests).enumerated() {
                transcripts[index].append(Segment(completion))
                transcripts[index].append(Fixture.observation(seed: UInt64(turn * 10 + index)))
            }
        }
        let trained = try trainingFigures(transcripts, engine, temperature: temperature)
        let segments = transcripts.flatMap(\.segments).filter { $0.kind == .completion }
        #expect(largestDifference(segments.flatMap(\.logProbabilities), trained.logProbabilities) < 1e-5)
        #expect(largestDifference(segments.flatMap(\.entropies), trained.entropies) < 1e-5)
    }

    /// One packed pass over the group: the prompt once, then what follows it in each trajectory.
    private func trainingFigures(
        _ transcripts: [Transcript], _ engine: GenerationEngine, temperature: Double
    ) throws -> (logProbabilities: [Float], entropies: [Float]) {
        var batch = PackedBatch(for: Fixture.configuration)
        func append(_ transcript: Transcript, continuing parent: Int?) throws -> Int {
            let patches = try transcript.images.map { Fixture.processor.patches(of: try $0.resizedPixels()) }
            return try batch.append(transcript.tokens, images: patches, continuing: parent)
        }
        let prompt = try append(Transcript([transcripts[0].segments[0]]), continuing: nil)
        var (targets, rows): ([Int32], [Int]) = ([], [])
        for transcript in transcripts {
            let response = Transcript(Array(transcript.segments.dropFirst()))
            let segment = try append(response, continuing: prompt)
            for (offset, isTrained) in response.lossMask.enumerated() where isTrained {
                targets.append(response.tokens[offset])
                rows.append(try #require(batch.predictor(of: offset, in: segment)))
            }
        }
        let model = engine.model
        let figures = model.logProbabilities(
            of: targets, at: rows, in: model.hiddenStates(of: batch), temperature: temperature,
            bias: engine.rules.bias())
        return (figures.logProbabilities.detached().values(), figures.entropies.detached().values())
    }

    // MARK: Ends of turns

    @Test func turnsEndAtStopsAndHoldNothingForbidden() throws {
        let requests = (0..<40).map {
            Fixture.request(
                Transcript([Fixture.prompt(seed: UInt64($0), images: 0)]), group: $0, sampling: Sampling(),
                maximumTokens: 200)
        }
        let engine = Fixture.engine(rules: Fixture.rules)
        let completions = try engine.generate(requests)
        for completion in completions {
            let stops = completion.tokens.map { engine.rules.stops[$0] }
            #expect(stops.dropLast().allSatisfy { $0 == nil })
            #expect(completion.finish == (stops.last! ?? .length))
            #expect(Set(completion.tokens).isDisjoint(with: engine.rules.forbidden))
            #expect(completion.tokens.count == completion.logProbabilities.count)
            #expect(completion.tokens.count == completion.entropies.count)
        }
        #expect(completions.contains { $0.finish == .toolCall })
        #expect(completions.contains { $0.finish == .endOfTurn })
    }

    @Test func turnEndsCanBeIgnored() throws {
        let requests = (0..<40).map { group in
            CompletionRequest(
                id: TrajectoryID(group: group, sample: 0),
                transcript: Transcript([Fixture.prompt(seed: UInt64(group), images: 0)]),
                sampling: Sampling(), random: CounterRandom(seed: UInt64(group)), maximumTokens: 200,
                ignoresTurnEnds: true)
        }
        let completions = try Fixture.engine(rules: Fixture.rules).generate(requests)
        #expect(Set(completions.map(\.finish)) == [.toolCall, .length])
        #expect(completions.contains { $0.tokens.contains(Fixture.turnEnd) })
    }

    @Test func lengthIsTheLesserOfBothLimits() throws {
        let transcript = Transcript([Fixture.prompt(seed: 1)])
        let byRequest = Fixture.request(transcript, sampling: Sampling(maximumTokens: 9), maximumTokens: 5)
        let bySampling = Fixture.request(
            transcript, group: 1, sampling: Sampling(maximumTokens: 4), maximumTokens: 5)
        let completions = try Fixture.engine().generate([byRequest, bySampling])
        #expect(completions.map(\.tokens.count) == [5, 4])
        #expect(completions.allSatisfy { $0.finish == .length })
    }

    @Test func contextLimitEndsATurn() throws {
        let transcript = Transcript([Fixture.prompt(seed: 1)])
        let limits = GenerationLimits(pageSize: 4, contextLength: transcript.tokenCount + 3)
        let short = try Fixture.engine(limits: limits).generate([Fixture.request(transcript)])[0]
        #expect(short.tokens.count == 3)
        #expect(short.finish == .contextLimit)
        let none = GenerationLimits(pageSize: 4, contextLength: transcript.tokenCount)
        let empty = try Fixture.engine(limits: none).generate([Fixture.request(transcript)])[0]
        #expect(empty.tokens.isEmpty)
        #expect(empty.finish == .contextLimit)
    }

    // MARK: Pages

    @Test(arguments: [30, 45]) func fewPagesDelayButChangeNothing(pages: Int) throws {
        let requests = (0..<12).map { index in
            Fixture.request(
                Transcript([Fixture.prompt(seed: UInt64(index / 3))]), group: index / 3, sample: index % 3,
                sampling: Sampling(), maximumTokens: 20)
        }
        let ample = try Fixture.engine().generate(requests)
        let engine = Fixture.engine(limits: GenerationLimits(pageSize: 4, pages: pages, headroom: 20))
        let scarce = try engine.generate(requests)
        #expect(engine.takeStatistics().peakPages <= pages)
        #expect(scarce.map(\.tokens) == ample.map(\.tokens))
        for (left, right) in zip(scarce, ample) {
            #expect(largestDifference(left.logProbabilities, right.logProbabilities) < 1e-5)
        }
    }

    @Test func whoCannotGoOnForLackOfPagesEndsAlone() throws {
        let requests = (0..<2).map {
            Fixture.request(Transcript([Fixture.prompt(seed: 5, images: 0)]), group: $0, maximumTokens: 40)
        }
        // Both prompts fit, both turns do not.
        let engine = Fixture.engine(limits: GenerationLimits(pageSize: 2, pages: 30, headroom: 2))
        let completions = try engine.generate(requests)
        #expect(completions[0].finish == .length)
        #expect(completions[0].tokens.count == 40)
        #expect(completions[1].finish == .contextLimit)
        #expect(completions[1].tokens == Array(completions[0].tokens.prefix(completions[1].tokens.count)))
        #expect(engine.usedPageCount == 0)
    }

    // MARK: Beginnings of earlier prompts

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

    // MARK: Failures

    @Test func aBrokenRequestSpoilsOnlyItself() throws {
        let engine = Fixture.engine()
        let good = Fixture.request(Transcript([Fixture.prompt(seed: 1)]), group: 0)
        let prompt = Fixture.prompt(seed: 2)
        let missing = Transcript([.prompt(tokens: [1, 12, 13], images: prompt.images)])
        let short = Transcript([
            .prompt(tokens: prompt.tokens.filter { $0 != Fixture.image } + [Fixture.image])
        ])
        let stranger = Transcript([.prompt(tokens: [1, 12, 640, 13])])
        engine.begin((0..<4).map { TrajectoryID(group: $0, sample: 0) })
        engine.submit(good)
        for (index, transcript) in [missing, short, stranger].enumerated() {
            engine.submit(Fixture.request(transcript, group: index + 1))
        }
        let results = engine.drain(isLast: true)
        for group in 1...3 {
            #expect(throws: PackedBatchError.self) {
                try results[TrajectoryID(group: group, sample: 0)]?.get()
            }
        }
        let alone = try Fixture.engine().generate([good])[0]
        #expect(try results[good.id]?.get().tokens == alone.tokens)
        #expect(engine.usedPageCount == 0)
    }

    @Test func aBrokenPromptSpoilsItsGroup() throws {
        let engine = Fixture.engine()
        let broken = Transcript([.prompt(tokens: [1, 12, Fixture.image, 13])])
        let requests = (0..<3).map { Fixture.request(broken, group: 0, sample: $0) }
        let good = Fixture.request(Transcript([Fixture.prompt(seed: 1)]), group: 1)
        engine.begin(requests.map(\.id) + [good.id])
        for request in requests + [good] { engine.submit(request) }
        let results = engine.drain(isLast: true)
        for request in requests {
            #expect(throws: PackedBatchError.self) { try results[request.id]?.get() }
        }
        #expect(try results[good.id]?.get().tokens.count == 6)
    }

    @Test func cancellationFreesThePlace() throws {
        let engine = Fixture.engine(limits: GenerationLimits(sequences: 1, pageSize: 4))
        let transcript = Transcript([Fixture.prompt(seed: 1)])
        let running = Fixture.request(transcript, group: 0, maximumTokens: 500)
        let queued = Fixture.request(transcript, group: 1)
        engine.submit(running)
        engine.submit(queued)
        for _ in 0..<3 { _ = engine.step() }
        engine.cancel(running.id)
        let results = engine.drain()
        let cancelled = try #require(try results[running.id]?.get())
        #expect(cancelled.finish == .cancelled)
        #expect(cancelled.tokens.count == 3)
        #expect(try results[queued.id]?.get().finish == .length)
    }

    @Test func cancellationOfARequestThatWaits() throws {
        let engine = Fixture.engine(limits: GenerationLimits(sequences: 1, pageSize: 4))
        let transcript = Transcript([Fixture.prompt(seed: 1)])
        let first = Fixture.request(transcript, group: 0)
        let second = Fixture.request(transcript, group: 1)
        engine.submit(first)
        engine.submit(second)
        engine.cancel(second.id)
        let results = engine.drain()
        #expect(try results[first.id]?.get().finish == .length)
        #expect(try results[second.id]?.get().finish == .cancelled)
        #expect(try results[second.id]?.get().tokens == [])
    }

    // MARK: Weights

    @Test func weightsThatAreNoNumbersAreReported() throws {
        let engine = Fixture.engine()
        engine.model.text.norm.weight.fill_(.nan)
        let error = #expect(throws: GenerationError.self) {
            try engine.generate([Fixture.request(Transcript([Fixture.prompt(seed: 1)]))])
        }
        #expect(error == .notFinite(TrajectoryID(group: 0, sample: 0), policyVersion: 0))
    }

    /// A member that is announced and ends without asking leaves nothing of its group's prompt behind.
    @Test func aPromptIsForgottenWithItsGroup() throws {
        let engine = Fixture.engine()
        let ids = (0..<3).map { TrajectoryID(group: 0, sample: $0) }
        engine.begin(ids)
        let transcript = Transcript([Fixture.prompt(seed: 1)])
        for id in ids.dropLast() { engine.submit(Fixture.request(transcript, sample: id.sample)) }
        #expect(engine.step().progress == .waiting(for: [ids[2]]))
        engine.end(ids[2])
        #expect(engine.drain(isLast: true).count == 2)
        #expect(engine.usedPageCount == 0)
    }

    @Test func publishedWeightsAreUsedFromTheFirstToken() throws {
        let engine = Fixture.engine()
        var transcript = Transcript([Fixture.prompt(seed: 4)])
        engine.submit(Fixture.request(transcript))
        let first = try #require(try engine.drain().values.first?.get())
        #expect(first.policyVersion == 0)
        transcript.append(Segment(first))
        transcript.append(Fixture.observation(seed: 4))

        let other = Fixture.model(seed: 2)
        try engine.publish(other.parameters)
        engine.submit(Fixture.request(transcript))
        let second = try #require(try engine.drain().values.first?.get())
        #expect(second.policyVersion == 1)
        let expected = try Fixture.greedy(transcript, count: 6, rules: Fixture.endlessRules, other)
        #expect(second.tokens == expected.tokens)
        #expect(largestDifference(second.logProbabilities, expected.logProbabilities) < 1e-5)
    }

    @Test func strangeWeightsAreRefused() {
        let engine = Fixture.engine()
        #expect(throws: PublicationError.self) {
            try engine.publish([(name: "no.such", tensor: .zeros([1]))])
        }
        let (name, tensor) = engine.model.parameters[0]
        #expect(throws: PublicationError.self) {
            try engine.publish([(name: name, tensor: .zeros(tensor.shape + [1]))])
        }
        #expect(engine.policyVersion == 0)
    }
}
