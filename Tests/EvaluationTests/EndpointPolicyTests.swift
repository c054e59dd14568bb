import Agent
import CounterRandom
import Endpoints
import Evaluation
import Foundation
import Imaging
import JSON
import Rollout
import Runs
import Synchronization
import Tasks
import TestFixtures
import Testing

/// A model behind a chat server in the loop of an agent: what it is sent, and what becomes of its answers.
@Suite struct EndpointPolicyTests {
    /// Halves every image that is not small enough, so that frames differ.
    private struct Halved: ImageGeometry {
        /// Longest side of an image that is left as it is.
        var longestSide = 320

        func viewSize(of size: ImageSize) -> ImageSize {
            max(size.width, size.height) <= longestSide
                ? size : ImageSize(width: size.width / 2, height: size.height / 2)
        }

        func tokenCount(of viewSize: ImageSize) -> Int { 1 }
    }

    private struct Blank: PixelSource {
        let size = ImageSize(width: 640, height: 480)

        func pixels(region: Rectangle) -> Image {
            Image(
                size: ImageSize(width: Int(region.width), height: Int(region.height)),
                filledWith: RGB(red: 1, green: 2, blue: 3))
        }
    }

    /// Replies in turn, the last one again and again; remembers the requests.
    private final class Server: Sendable {
        private let replies: [String]
        private let log = Mutex<[ChatRequest]>([])

        init(_ replies: String...) { self.replies = replies }

        var requests: [ChatRequest] { log.withLock { $0 } }

        func complete(_ request: ChatRequest) throws -> ChatReply {
            let number = log.withLock { log in
                log.append(request)
                return log.count - 1
            }
            let text = replies[min(number, replies.count - 1)]
            if text == "down" { throw Unjudged(reason: "no connection") }
            let content = JSONValue.string(text).text
            return try JSONDecoder().decode(
                ChatReply.self,
                from: Data(
                    #"{"choices": [{"message": {"content": \#(content)}, "finish_reason": "stop"}]}"#.utf8))
        }
    }

    private let format = EndpointFormat(geometry: Halved())
    private let call = """
        <think>Closer.</think>
        <tool_call>
        {"name": "image_zoom_in_tool", "arguments": {"bbox_2d": [10, 20, 110, 70]}}
        </tool_call>
        """

    private func record(
        _ server: Server, tools: [String] = [ZoomTool.name], format: EndpointFormat? = nil
    ) async throws -> TrajectoryRecord {
        let format = format ?? self.format
        let policy = EndpointPolicy(model: "m", format: format) { try server.complete($0) }
        let runner = RolloutRunner(
            policy: policy, format: format, tools: ToolBox([ZoomTool()]),
            limits: AgentLimits(toolCalls: 2, completionTokens: .max / 2, contextTokens: .max / 2))
        let example = Example(
            id: "1", messages: [.instruction, .question("What is it?", imageCount: 1)], images: [Blank()],
            answer: "red", kind: "text", tools: tools)
        let request = RolloutRequest(
            example, at: 0, recordID: TrajectoryID(group: 0, sample: 0),
            sampling: Sampling(temperature: 0, maximumTokens: 50), random: CounterRandom(seed: 1))
        return try await runner.run([request]) {
            runner.record($0, for: RolloutPurpose(.evaluation("tools"), step: 0, seed: 0))
        }[0]
    }

    @Test func theQuestionIsSentWithItsImageAndTheTools() async throws {
        let server = Server("<answer>red</answer>")
        let record = try await record(server)
        #expect(record.answer == "red")
        let request = try #require(server.requests.first)
        #expect(request.messages.map(\.role) == [.system, .user])
        #expect(request.maximumTokens == 50)
        guard case .text(let system)? = request.messages[0].parts.first,
            case .image(let bytes, "image/png")? = request.messages[1].parts.first
        else {
            Issue.record("unexpected parts")
            return
        }
        #expect(system.contains("image_zoom_in_tool"))
        let image = try EncodedImage(bytes: [UInt8](bytes), name: "sent")
        #expect(image.size == ImageSize(width: 320, height: 240))
        #expect(request.messages[1].parts.last == .text("What is it?"))
    }

    @Test func withoutToolsNoneIsTold() async throws {
        let server = Server("<answer>red</answer>")
        _ = try await record(server, tools: [])
        guard case .text(let system)? = server.requests.first?.messages[0].parts.first else {
            Issue.record("no system message")
            return
        }
        #expect(!system.contains("<tools>"))
    }

    /// The box is in pixels of what was sent, half as large as the image.
    @Test func aCallIsAnsweredWithTheCropOfTheOriginal() async throws {
        let server = Server(call + " and more that nobody asked for", "<answer>blue</answer>")
        let record = try await record(server)
        #expect(record.calls.map(\.box) == [Rectangle(20, 40, 220, 140)])
        #expect(record.answer == "blue")
        let second = try #require(server.requests.last)
        #expect(second.messages.map(\.role) == [.system, .user, .assistant, .user])
        #expect(second.messages[2].parts == [.text(call)])
        guard case .image(let bytes, _)? = second.messages[3].parts.dropFirst().first else {
            Issue.record("no crop was sent")
            return
        }
        let crop = try EncodedImage(bytes: [UInt8](bytes), name: "sent")
        #expect(crop.size == ImageSize(width: 200, height: 100))
    }

    /// A server that would halve a halved image again is sent the whole one; the box is in pixels of what it sees.
    @Test func imagesThatWouldBeResizedAgainAreSentAsTheyWereCut() async throws {
        let server = Server(call, "<answer>blue</answer>")
        let record = try await record(server, format: EndpointFormat(geometry: Halved(longestSide: 0)))
        #expect(record.calls.map(\.box) == [Rectangle(20, 40, 220, 140)])
        let parts = try #require(server.requests.last).messages.flatMap(\.parts)
        let sizes = try parts.compactMap { part in
            guard case .image(let bytes, _) = part else { return nil as ImageSize? }
            return try EncodedImage(bytes: [UInt8](bytes), name: "sent").size
        }
        #expect(sizes == [ImageSize(width: 640, height: 480), ImageSize(width: 200, height: 100)])
    }

    @Test func whatWasSaidCanBeReadInTheRecord() async throws {
        let record = try await record(Server(call, "<answer>blue</answer>"))
        #expect(record.segments.map(\.kind) == [.prompt, .completion, .observation, .completion])
        #expect(record.segments[0].text.contains("user: <|image|>What is it?"))
        #expect(record.segments[1].text == call)
    }

    @Test func aQuestionWithoutAnAnswerIsAskedAgainAnotherTime() async throws {
        let folder = try TemporaryFolder()
        let benchmark = try Benchmark(named: "pope")
        let data = GoldenFolder().url.appending(path: "benchmarks/pope")
        var settings = EvaluationSettings()
        settings.conditions = [.noTools]
        let evaluator = Evaluator(
            benchmark, items: try BenchmarkQuestions(benchmark, data: data), settings: settings,
            judge: ExactMatchJudge(),
            store: EvaluationStore(try TrajectoryStore(at: folder.file("run.sqlite"))))
        func run(_ server: Server) async throws -> Int {
            let failures = Mutex(0)
            let policy = EndpointPolicy(model: "m", format: format) { try server.complete($0) }
            _ = try await evaluator.run(
                by: RolloutRunner(
                    policy: policy, format: format, tools: ToolBox([]), limits: AgentLimits()),
                onProgress: { _ in }, onBadItem: { _ in },
                onFailure: { _ in failures.withLock { $0 += 1 } }, shouldStop: { false })
            return failures.withLock { $0 }
        }
        #expect(try await run(Server("down")) == 6)
        #expect(try await evaluator.outcomes(.noTools).isEmpty)
        #expect(try await run(Server("<answer>yes</answer>")) == 0)
        #expect(try await evaluator.outcomes(.noTools).count == 6)
    }
}
