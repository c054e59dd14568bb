import Agent
import CounterRandom
import Imaging
import Rollout
import Synchronization
import Tasks
import TestPolicy
import Testing

@Suite struct RolloutRunnerTests {
    private func request(_ index: Int, _ question: String, sample: Int = 0) -> RolloutRequest {
        RolloutRequest(
            Example(
                id: "\(index)", messages: [.question(question, imageCount: 0)], images: [], answer: "red",
                kind: "colour", tools: [ZoomTool.name]),
            at: index, recordID: TrajectoryID(group: index, sample: sample), sampling: Sampling(),
            random: CounterRandom(seed: 1))
    }

    private func runner(_ policy: ScriptedPolicy) -> RolloutRunner {
        RolloutRunner(policy: policy, format: ByteFormat(), tools: .standard, limits: AgentLimits())
    }

    @Test func samplesOfOnePromptShareAGroupAndOtherQuestionsDoNot() async throws {
        let policy = ScriptedPolicy(.answer("red"))
        let requests = [request(4, "a"), request(4, "a", sample: 1), request(4, "b"), request(9, "a")]
        _ = try await runner(policy).run(requests) { $0.request.index }
        let ids = [(0, 0), (0, 1), (1, 0), (2, 0)].map { TrajectoryID(group: $0.0, sample: $0.1) }
        #expect(policy.calls.begun == [ids])
    }

    @Test func aTrajectoryIsJudgedWhileOthersAreStillWritten() async throws {
        // The second one writes only once the first has been judged.
        let (judged, isJudged) = AsyncStream.makeStream(of: Void.self)
        let policy = ScriptedPolicy { request, _ in
            if request.id.group == 1 { for await _ in judged { break } }
            return .answer("red")
        }
        let order = try await runner(policy).run([request(0, "a"), request(1, "b")]) { rollout in
            if rollout.request.index == 0 { isJudged.yield() }
            return rollout.request.index
        }
        #expect(order == [0, 1])
    }

    @Test func onlyToolsThatTheExampleNamesAreOffered() async throws {
        let policy = ScriptedPolicy(.answer("red"))
        var requests = [request(0, "a"), request(1, "a"), request(2, "a")]
        requests[1].offers = .none
        requests[2].offers = .all
        _ = try await runner(policy).run(requests) { _ in }
        let prompts = policy.calls.requests.sorted { $0.id < $1.id }.map {
            ByteFormat().text(of: $0.transcript.tokens)
        }
        #expect(prompts.map { $0.contains(ZoomTool.name) } == [true, false, true])
        #expect(prompts.map { $0.contains(RotateTool.name) } == [false, false, true])
    }

    /// A file is decoded for the prompt of a group, and the crops of all its samples are cut from those pixels.
    @Test func aFileIsDecodedOnceForAGroupAndItsTurns() async throws {
        let file = try EncodedImage(
            bytes: [UInt8](
                Image(
                    size: ImageSize(width: 560, height: 560),
                    pixels: Array(0..<560 * 560 * 3).map { UInt8($0 % 251) }
                ).encodedPNG()),
            name: "photo.png")
        let example = Example(
            id: "e", messages: [.question("Which?", imageCount: 1)], images: [file], answer: "red",
            kind: "colour", tools: [ZoomTool.name])
        let requests = (0..<3).map {
            RolloutRequest(
                example, at: 0, recordID: TrajectoryID(group: 0, sample: $0), sampling: Sampling(),
                random: CounterRandom(seed: 1))
        }
        let cache = DecodedRegionCache()
        let policy = ScriptedPolicy { request, turn in
            let corner = request.id.sample * 20
            return turn == 0
                ? .call(
                    #"{"name": "\#(ZoomTool.name)", "arguments": {"bbox_2d": [\#(corner), 0, \#(corner + 56), 56]}}"#
                ) : .answer("red")
        }
        let runner = RolloutRunner(
            policy: policy, format: ByteFormat(), tools: .standard, limits: AgentLimits(), decodingInto: cache
        )
        let trajectories = try await runner.run(requests) { $0.trajectory }
        let views = trajectories.flatMap(\.transcript.images)
        #expect(views.count == 6)
        // As the engine and then training on them read the pixels.
        for view in views + views { _ = try view.resizedPixels() }
        #expect(cache.requestCounts == (11, 1))
    }

    @Test func anErrorWhileJudgingEndsAll() async throws {
        struct Broken: Error {}
        await #expect(throws: Broken.self) {
            try await runner(ScriptedPolicy(.answer("red"))).run([request(0, "a")]) { _ in throw Broken() }
        }
    }
}
