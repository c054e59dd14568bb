import Agent
import CounterRandom
import Generation
import Models
import Testing
import Torch

private typealias Fixture = GenerationFixture

/// Requests and weights that cannot be used, and those that are given up.
@Suite struct GenerationFailureTests {
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

    @Test func nanWeightsAreReported() throws {
        let engine = Fixture.engine()
        try #require(engine.model.parameters.first { $0.name == "text.norm.weight" }).tensor.fill_(.nan)
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
