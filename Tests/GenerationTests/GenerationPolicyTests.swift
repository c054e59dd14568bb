import Agent
import CounterRandom
import Generation
import Models
import TestSupport
import Testing
import Torch

private typealias Fixture = GenerationFixture

@Suite struct GenerationPolicyTests {
    private static let limits = GenerationLimits(sequences: 7, prefillTokens: 40, pageSize: 4)

    /// Runs `body` with the policy of a new engine, which serves on a thread of its own.
    private func serving<Output: Sendable>(
        rules: TokenRules = Fixture.rules, _ body: @escaping @Sendable (any Policy) async throws -> Output
    ) async throws -> Output {
        try await onOwnThread {
            try InProcessEngine(count: 1) { Fixture.engine(limits: Self.limits, rules: rules) }
                .serve(during: body)
        }
    }

    /// Up to three turns with a "tool" that takes a random time.
    private func rollOut(_ policy: any Policy, _ id: TrajectoryID, delays: CounterRandom) async throws
        -> Transcript
    {
        var delays = delays
        func dawdle() async throws {
            for _ in 0..<delays.integer(below: 40) { await Task.yield() }
            if delays.integer(below: 3) == 0 {
                try await Task.sleep(for: .microseconds(delays.integer(below: 3000)))
            }
        }
        var transcript = Transcript([Fixture.prompt(seed: UInt64(id.group))])
        for turn in 0..<3 {
            try await dawdle()
            let request = Fixture.request(
                transcript, group: id.group, sample: id.sample, sampling: Sampling(), maximumTokens: 14)
            let completion = try await policy.complete(request, onToken: nil)
            transcript.append(Segment(completion))
            if completion.finish == .endOfTurn { break }
            transcript.append(Fixture.observation(seed: UInt64(100 * turn + 10 * id.group + id.sample)))
        }
        try await dawdle()
        await policy.end(id)
        return transcript
    }

    private func rollOutAll(_ policy: any Policy, delays: UInt64) async throws -> [Transcript] {
        let ids = (0..<12).map { TrajectoryID(group: $0 / 3, sample: $0 % 3) }
        await policy.begin(ids)
        return try await withThrowingTaskGroup(of: (Int, Transcript).self) { group in
            for (index, id) in ids.enumerated() {
                group.addTask {
                    (index, try await rollOut(policy, id, delays: CounterRandom(seed: delays, UInt64(index))))
                }
            }
            return try await group.reduce(into: [Int: Transcript]()) { $0[$1.0] = $1.1 }
                .sorted { $0.key < $1.key }.map(\.value)
        }
    }

    @Test func everyBitIsIndependentOfToolTimes() async throws {
        var runs: [[Transcript]] = []
        for delays in 0..<5 {
            runs.append(try await serving { try await rollOutAll($0, delays: UInt64(delays)) })
        }
        let first = runs[0].flatMap(\.segments)
        #expect(Set(runs[0].map(\.segments.count)).count > 1)
        for run in runs.dropFirst() {
            let segments = run.flatMap(\.segments)
            #expect(segments.map(\.tokens) == first.map(\.tokens))
            #expect(
                segments.map { $0.logProbabilities.map(\.bitPattern) }
                    == first.map { $0.logProbabilities.map(\.bitPattern) })
            #expect(
                segments.map { $0.entropies.map(\.bitPattern) }
                    == first.map { $0.entropies.map(\.bitPattern) })
        }
    }

    @Test func aSecondRunOnTheSamePolicyIsTheSame() async throws {
        let (first, second) = try await serving { policy in
            (try await rollOutAll(policy, delays: 1), try await rollOutAll(policy, delays: 2))
        }
        #expect(
            first.flatMap(\.segments).map { $0.logProbabilities.map(\.bitPattern) }
                == second.flatMap(\.segments).map { $0.logProbabilities.map(\.bitPattern) })
    }

    @Test func tokensAreReportedAsTheyAreWritten() async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: GeneratedToken.self)
        let completion = try await serving { policy in
            let request = Fixture.request(
                Transcript([Fixture.prompt(seed: 1)]), sampling: Sampling(), maximumTokens: 20)
            return try await policy.complete(request) { continuation.yield($0) }
        }
        continuation.finish()
        var reported: [GeneratedToken] = []
        for await token in stream { reported.append(token) }
        #expect(reported.map(\.token) == completion.tokens)
        #expect(reported.map(\.logProbability) == completion.logProbabilities)
    }

    @Test func aCancelledTaskGetsWhatWasWritten() async throws {
        let (completion, again) = try await serving(rules: Fixture.endlessRules) { policy in
            let (stream, continuation) = AsyncStream.makeStream(of: GeneratedToken.self)
            let request = Fixture.request(Transcript([Fixture.prompt(seed: 1)]), maximumTokens: 500)
            let task = Task { try await policy.complete(request) { continuation.yield($0) } }
            var count = 0
            for await _ in stream {
                count += 1
                if count == 5 { break }
            }
            task.cancel()
            let completion = try await task.value
            // The place is free: the same trajectory may begin again.
            let next = Fixture.request(Transcript([Fixture.prompt(seed: 1)]))
            return (completion, try await policy.complete(next, onToken: nil))
        }
        #expect(completion.finish == .cancelled)
        #expect((5..<500).contains(completion.tokens.count))
        #expect(again.finish == .length)
    }

    @Test func aTaskThatWasCancelledBeforeGetsNothing() async throws {
        let completion = try await serving { policy in
            let request = Fixture.request(Transcript([Fixture.prompt(seed: 1)]), maximumTokens: 500)
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await policy.complete(request, onToken: nil)
            }
            return try await task.value
        }
        #expect(completion.finish == .cancelled)
    }

    @Test func errorsReachTheirCaller() async throws {
        await #expect(throws: PackedBatchError.self) {
            try await serving { policy in
                let broken = Transcript([.prompt(tokens: [1, Fixture.image, 12])])
                return try await policy.complete(Fixture.request(broken, group: 1), onToken: nil)
            }
        }
    }

    @Test(arguments: [1, 2, 3]) func workersServeWhileABodyRuns(count: Int) async throws {
        let transcripts = try await onOwnThread { try serveTwice(count) }
        let alone = try await onOwnThread { try serveTwice(1) }
        #expect(transcripts.map(\.tokens) == alone.map(\.tokens))
    }

    /// The transcripts of the second time.
    private func serveTwice(_ count: Int) throws -> [Transcript] {
        let workers = InProcessEngine(count: count) {
            Fixture.engine(limits: Self.limits, rules: Fixture.rules)
        }
        var transcripts: [Transcript] = []
        for delays in 0..<2 {
            transcripts = try workers.serve { [self] in try await rollOutAll($0, delays: UInt64(delays)) }
            #expect(transcripts.count == 12)
            try workers.publish(version: 1)
        }
        struct Refusal: Error {}
        #expect(throws: Refusal.self) { try workers.serve { _ in throw Refusal() } }
        return transcripts
    }
}
