import Agent
import CounterRandom
import Imaging
import Synchronization
import TestPolicy
import Testing

@Suite struct AgentLoopTests {
    private let format = ByteFormat()
    private let id = TrajectoryID(group: 0, sample: 0)
    private let zoom = #"{"name": "image_zoom_in_tool", "arguments": {"bbox_2d": [34, 20, 50, 36]}}"#

    private func loop(_ policy: ScriptedPolicy, _ limits: AgentLimits = AgentLimits()) -> AgentLoop {
        AgentLoop(policy: policy, format: format, tools: .standard, limits: limits)
    }

    private func request(
        _ id: TrajectoryID? = nil, tools: [String] = [ZoomTool.name], maximumTokens: Int = 1024
    ) throws -> AgentRequest {
        let image = try format.view(BlankImage(1120, 1120), as: .example(0))
        let prompt = try format.prompt(
            [Message(role: .user, content: [.image(image), .text("What colour is it?")])], tools: [])
        return AgentRequest(
            id: id ?? self.id, prompt: prompt, tools: tools,
            sampling: Sampling(maximumTokens: maximumTokens), random: CounterRandom(seed: 1))
    }

    private func run(
        _ policy: ScriptedPolicy, limits: AgentLimits = AgentLimits(), tools: [String] = [ZoomTool.name],
        maximumTokens: Int = 1024
    ) async throws -> Trajectory {
        try await loop(policy, limits).run([request(tools: tools, maximumTokens: maximumTokens)])[0]
    }

    // MARK: The course of a trajectory

    @Test func anAnswerEndsIt() async throws {
        let trajectory = try await run(ScriptedPolicy(.answer(" red ")))
        #expect(trajectory.finish == .answered)
        #expect(trajectory.answer == "red")
        #expect(trajectory.transcript.segments.map(\.kind) == [.prompt, .completion])
        #expect(trajectory.toolCalls.isEmpty)
    }

    @Test func aTurnWithoutAnswerEndsItWithoutAnswer() async throws {
        let trajectory = try await run(ScriptedPolicy(.init("I do not know.")))
        #expect(trajectory.finish == .answered)
        #expect(trajectory.answer == nil)
    }

    @Test func aCropIsSeenAndTheLoopGoesOn() async throws {
        let trajectory = try await run(ScriptedPolicy(.call(zoom), .answer("red")))
        #expect(
            trajectory.transcript.segments.map(\.kind) == [.prompt, .completion, .observation, .completion])
        #expect(trajectory.transcript.images.count == 2)
        #expect(trajectory.transcript.images[1].region == Rectangle(340, 200, 500, 360))
        #expect(trajectory.succeeded(in: [ZoomTool.name]))
        #expect(trajectory.answer == "red")
    }

    @Test func aCallKeepsItsBoxInBothFrames() async throws {
        let call = try await run(ScriptedPolicy(.call(zoom), .answer("red"))).toolCalls[0]
        #expect(call.name == ZoomTool.name)
        #expect(call.arguments == #"{"bbox_2d": [34, 20, 50, 36]}"#)
        #expect(call.cut?.image == 0)
        #expect(call.cut?.viewed == Rectangle(34, 20, 50, 36))
        #expect(call.cut?.original == Rectangle(340, 200, 500, 360))
        #expect(call.failure == nil)
    }

    @Test func aCropOfACropIsCutFromTheOriginal() async throws {
        let second =
            #"{"name": "image_zoom_in_tool", "arguments": {"bbox_2d": [28, 56, 84, 112], "image": 2}}"#
        let trajectory = try await run(ScriptedPolicy(.call(zoom), .call(second), .answer("red")))
        #expect(trajectory.toolCalls[1].cut?.image == 1)
        #expect(trajectory.toolCalls[1].cut?.root == .example(0))
        #expect(trajectory.transcript.images.map(\.root) == [.example(0), .example(0), .example(0)])
        #expect(trajectory.toolCalls[1].cut?.original == Rectangle(380, 280, 460, 360))
    }

    @Test func theTranscriptOfEachRequestExtendsTheOneBefore() async throws {
        let policy = ScriptedPolicy(.call(zoom), .call(zoom), .answer("red"))
        let trajectory = try await run(policy)
        var longest: [Int32] = []
        for request in policy.calls.requests {
            #expect(request.transcript.tokens.starts(with: longest))
            longest = request.transcript.tokens
        }
        #expect(trajectory.transcript.tokens.starts(with: longest))
        #expect(policy.calls.requests.count == 3)
    }

    @Test func onlyCompletionsCarryLoss() async throws {
        let trajectory = try await run(ScriptedPolicy(.call(zoom), .answer("red")))
        let mask = trajectory.transcript.lossMask
        let written = zip(trajectory.transcript.tokens, mask).filter(\.1).map(\.0)
        #expect(format.text(of: written) == trajectory.completions.joined())
        #expect(mask.count == trajectory.transcript.tokenCount)
        #expect(
            trajectory.transcript.segments[1].logProbabilities.count == trajectory.completions[0].utf8.count)
        #expect(trajectory.transcript.segments[1].policyVersion == 3)
    }

    // MARK: Limits

    @Test func oneCallTooManyEndsIt() async throws {
        let trajectory = try await run(ScriptedPolicy(.call(zoom)), limits: AgentLimits(toolCalls: 2))
        #expect(trajectory.finish == .turnLimit)
        #expect(trajectory.toolCalls.count == 2)
        #expect(trajectory.completions.count == 3)
        #expect(trajectory.answer == nil)
    }

    @Test func aTurnIsBoundedBySampling() async throws {
        let policy = ScriptedPolicy(.answer("a long story"))
        let trajectory = try await run(policy, maximumTokens: 10)
        #expect(trajectory.finish == .lengthLimit)
        #expect(policy.calls.requests[0].maximumTokens == 10)
        #expect(trajectory.transcript.completionTokenCount == 10)
    }

    @Test func allTurnsTogetherAreBounded() async throws {
        let policy = ScriptedPolicy(.call(zoom))
        let turn = ScriptedPolicy.Turn.call(zoom).tokens.count
        let trajectory = try await run(policy, limits: AgentLimits(completionTokens: turn + 5))
        #expect(policy.calls.requests.map(\.maximumTokens) == [turn + 5, 5])
        #expect(trajectory.finish == .lengthLimit)
    }

    @Test func nothingIsAskedWithoutTokensLeft() async throws {
        let policy = ScriptedPolicy(.call(zoom))
        let turn = ScriptedPolicy.Turn.call(zoom).tokens.count
        let trajectory = try await run(policy, limits: AgentLimits(completionTokens: turn))
        #expect(trajectory.finish == .lengthLimit)
        #expect(policy.calls.requests.count == 1)
    }

    @Test func theContextBoundsATurn() async throws {
        let policy = ScriptedPolicy(.answer("red"))
        let prompt = try request().prompt.tokens.count
        let trajectory = try await run(policy, limits: AgentLimits(contextTokens: prompt + 4))
        #expect(trajectory.finish == .contextLimit)
        #expect(trajectory.transcript.tokenCount == prompt + 4)
    }

    @Test func aPromptThatFillsTheContextIsNotAsked() async throws {
        let policy = ScriptedPolicy(.answer("red"))
        let prompt = try request().prompt.tokens.count
        let trajectory = try await run(policy, limits: AgentLimits(contextTokens: prompt))
        #expect(trajectory.finish == .contextLimit)
        #expect(policy.calls.requests.isEmpty)
    }

    @Test func anObservationThatDoesNotFitIsNotAppendedInPart() async throws {
        let prompt = try request().prompt.tokens.count
        let turn = ScriptedPolicy.Turn.call(zoom).tokens.count
        // An image takes 18 tokens with its brackets.
        let trajectory = try await run(
            ScriptedPolicy(.call(zoom)), limits: AgentLimits(contextTokens: prompt + turn + 18))
        #expect(trajectory.finish == .contextLimit)
        #expect(trajectory.transcript.segments.map(\.kind) == [.prompt, .completion])
        #expect(trajectory.transcript.tokenCount == prompt + turn)
    }

    // MARK: Failures

    @Test(arguments: [
        (#"{"name": "python", "arguments": {}}"#, "Error: there is no such tool; use image_zoom_in_tool."),
        (
            #"{"name": "image_rotate_tool", "arguments": {"angle": 90}}"#,
            "Error: there is no such tool; use image_zoom_in_tool."
        ),
        ("{", "Error: the call is not JSON: expected a name in quotes at character 2."),
        ("[1]", "Error: the call must be an object, not a list."),
        (#"{"arguments": {}}"#, "Error: the call has no name."),
        (#"{"name": 7, "arguments": {}}"#, "Error: the call has no name."),
        (#"{"name": "image_zoom_in_tool"}"#, "Error: the call has no arguments."),
        (
            #"{"name": "image_zoom_in_tool", "arguments": "{\"bbox_2d\": [1, 2, 3, 4]}"}"#,
            "Error: arguments must be an object, not a string."
        ),
    ])
    func aBadCallIsAnObservation(call: String, message: String) async throws {
        let trajectory = try await run(ScriptedPolicy(.call(call), .answer("red")))
        #expect(trajectory.finish == .answered)
        #expect(trajectory.toolCalls.map(\.failure) == [message])
        #expect(format.text(of: trajectory.transcript.segments[2].tokens) == "[\(message)]")
        #expect(!trajectory.succeeded(in: [ZoomTool.name]))
    }

    @Test func aCallThatWasNeverOpenedIsAnObservation() async throws {
        let trajectory = try await run(ScriptedPolicy(.init("what</tool_call>", .toolCall), .answer("red")))
        #expect(trajectory.toolCalls[0].failure == "Error: </tool_call> without <tool_call>.")
        #expect(trajectory.finish == .answered)
    }

    @Test func withoutToolsACallIsToldSo() async throws {
        let trajectory = try await run(ScriptedPolicy(.call(zoom), .answer("red")), tools: [])
        #expect(trajectory.toolCalls[0].failure == "Error: there is no such tool; none is offered.")
    }

    @Test func anErrorOfThePolicySpoilsItsTrajectoryOnly() async throws {
        struct Broken: Error {}
        let policy = ScriptedPolicy { [zoom] request, turn in
            if request.id.sample == 1, turn == 1 { throw Broken() }
            return turn == 0 ? .call(zoom) : .answer("red")
        }
        let requests = try (0..<3).map { try request(TrajectoryID(group: 0, sample: $0)) }
        let trajectories = try await loop(policy).run(requests)
        #expect(trajectories.map(\.finish) == [.answered, .failed("Broken()"), .answered])
        #expect(trajectories[1].completions.count == 1)
        #expect(Set(policy.calls.ended) == Set(requests.map(\.id)))
    }

    @Test func aCompletionCancelledFromWithinFails() async throws {
        let trajectory = try await run(ScriptedPolicy(.init("", .cancelled)))
        #expect(trajectory.finish == .failed("the completion was cancelled"))
    }

    @Test func cancellingTheTaskEndsEveryTrajectory() async throws {
        let started = AsyncStream.makeStream(of: Void.self)
        let policy = ScriptedPolicy { _, _ in
            started.continuation.yield()
            // Suspended until the task is cancelled.
            try await Task.sleep(for: .seconds(3600))
            return .answer("too late")
        }
        let requests = try (0..<2).map { try request(TrajectoryID(group: 0, sample: $0)) }
        let loop = loop(policy)
        let task = Task { try await loop.run(requests) }
        var arrivals = started.stream.makeAsyncIterator()
        await arrivals.next()
        await arrivals.next()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(Set(policy.calls.ended) == Set(requests.map(\.id)))
    }

    @Test func trajectoriesAreAnnouncedTogetherAndEndedOnce() async throws {
        let policy = ScriptedPolicy(.answer("red"))
        let requests = try (0..<4).map { try request(TrajectoryID(group: 1, sample: $0)) }
        let trajectories = try await loop(policy).run(requests)
        #expect(policy.calls.begun == [requests.map(\.id)])
        #expect(policy.calls.ended.sorted() == requests.map(\.id))
        #expect(trajectories.map(\.id) == requests.map(\.id))
    }

    // MARK: Events

    @Test func eventsComeInOrder() async throws {
        let seen = Mutex<[String]>([])
        let text = Mutex("")
        _ = try await loop(ScriptedPolicy(.call(zoom), .answer("größer"))).run([request()]) { _, event in
            let name =
                switch event {
                case .token: "token"
                case .toolCalled(let call): "called \(call.cut?.original.x1 ?? 0)"
                case .observation(let content): "saw \(content.count)"
                case .finished(let trajectory): "finished \(trajectory.answer ?? "")"
                }
            seen.withLock { if $0.last != name { $0.append(name) } }
            if case .token(_, let piece) = event { text.withLock { $0 += piece } }
        }
        #expect(seen.withLock { $0 } == ["token", "called 340.0", "saw 1", "token", "finished größer"])
        #expect(text.withLock { $0.hasSuffix("<answer>größer</answer>") })
        #expect(!text.withLock { $0.contains("\u{FFFD}") })
    }
}
