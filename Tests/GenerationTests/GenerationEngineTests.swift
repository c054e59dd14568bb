import Agent
import CounterRandom
import Generation
import Models
import Rollout
import Testing
import Torch

private typealias Fixture = GenerationFixture

/// What an engine writes, against computation without a cache.
@Suite struct GenerationEngineTests {
    // MARK: Equality with plain computation

    /// Four trajectories of three turns in parallel, against a computation without a cache.
    @Test(arguments: [4096, 5, 1], Precision.allCases)
    func severalTurnsWithImagesEqualRecomputation(prefillTokens: Int, precision: Precision) throws {
        let limits = GenerationLimits(sequences: 3, prefillTokens: prefillTokens, pageSize: 4)
        let engine = Fixture.engine(limits: limits, precision: precision)
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
        var batch = PackedBatch(for: Fixture.configuration.shape)
        func append(_ transcript: Transcript, continuing parent: Int?) throws -> Int {
            let patches = try transcript.images.map { Fixture.processor.patches(of: try $0.resizedPixels()) }
            return try batch.append(transcript.tokens, images: patches, continuing: parent)
        }
        let prompt = try append(Transcript([transcripts[0].segments[0]]), continuing: nil)
        var (targets, rows): ([Int64], [Int64]) = ([], [])
        for transcript in transcripts {
            let response = Transcript(Array(transcript.segments.dropFirst()))
            let segment = try append(response, continuing: prompt)
            for (offset, isTrained) in response.lossMask.enumerated() where isTrained {
                targets.append(Int64(response.tokens[offset]))
                rows.append(Int64(try #require(batch.predictor(of: offset, in: segment))))
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

    /// Both prompts fit, both turns do not: the later one gives its pages up and is computed again, images too.
    @Test(arguments: [0, 1]) func aTurnWithoutPagesGoesOnLater(images: Int) throws {
        let requests = (0..<2).map {
            Fixture.request(
                Transcript([Fixture.prompt(seed: 5, images: images)]), group: $0, maximumTokens: 40)
        }
        let pages = (requests[0].transcript.tokenCount + 60) / 2
        let engine = Fixture.engine(limits: GenerationLimits(pageSize: 2, pages: pages, headroom: 2))
        let completions = try engine.generate(requests)
        let alone = try Fixture.engine().generate([requests[0]])[0]
        for completion in completions {
            #expect(completion.finish == .length)
            #expect(completion.tokens == alone.tokens)
            #expect(largestDifference(completion.logProbabilities, alone.logProbabilities) < 1e-5)
        }
        let statistics = engine.takeStatistics()
        #expect(statistics.preemptions > 0)
        #expect(statistics.peakPages <= pages)
        #expect(engine.usedPageCount == 0)
    }

    /// Many long turns over a cache for few of them all reach their end, and the cache never grows past its pages.
    @Test func manyTurnsShareFewPages() throws {
        let requests = (0..<16).map {
            Fixture.request(
                Transcript([Fixture.prompt(seed: UInt64($0))]), group: $0, sampling: Sampling(),
                maximumTokens: 60)
        }
        let limits = GenerationLimits(sequences: 16, pageSize: 4, pages: 60, headroom: 4)
        let engine = Fixture.engine(limits: limits)
        let scarce = try engine.generate(requests)
        let ample = try Fixture.engine().generate(requests)
        #expect(scarce.map(\.tokens) == ample.map(\.tokens))
        let statistics = engine.takeStatistics()
        #expect(statistics.preemptions > 0 && statistics.peakPages <= 60)
    }
}
