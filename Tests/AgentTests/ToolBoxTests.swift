import Agent
import CounterRandom
import JSON
import Synchronization
import TestPolicy
import Testing

@Suite struct ToolBoxTests {
    private let pair = ToolBox([ZoomTool(), RotateTool()])

    @Test func toolsAreChosenByNameInTheOrderOfTheBox() throws {
        let box = try pair.choosing([RotateTool.name, ZoomTool.name])
        #expect(box.names == [ZoomTool.name, RotateTool.name])
        #expect(try pair.choosing([]).names.isEmpty)
    }

    @Test func anUnknownNameIsNamedWithThoseThereAre() {
        let error = #expect(throws: UnknownToolError.self) { try pair.choosing(["zoom"]) }
        #expect(
            error?.description
                == "there is no tool zoom; the tools are image_zoom_in_tool, image_rotate_tool")
    }

    @Test func ofTwoWithOneNameTheFirstCounts() {
        #expect(ToolBox([ZoomTool(), ZoomTool(rule: CropRule(minimumSide: 1))]).tools.count == 1)
    }

    // MARK: Sessions

    /// Counts how often it was opened, called and closed, by trajectory.
    private final class CountingTool: Tool {
        struct Session: ToolSession {
            let tool: CountingTool
            let number: Int

            func call(arguments: JSONValue, in context: ToolContext) async -> ToolResult {
                tool.log.withLock { $0.append("call \(number)") }
                return ToolResult(content: [.text("call of session \(number)")])
            }

            func close() async { tool.log.withLock { $0.append("close \(number)") } }
        }

        let name = "count"
        let log = Mutex<[String]>([])
        var lines: [String] { log.withLock { $0 } }
        private let opened = Mutex(0)
        private let failure: (any Error)?

        init(failingWith failure: (any Error)? = nil) { self.failure = failure }

        func specification(boxesIn frame: BoxFrame) -> ToolSpecification {
            ToolSpecification(name: name, description: "Counts.", parameters: ["type": "object"])
        }

        func open() async throws -> any ToolSession {
            if let failure { throw failure }
            return opened.withLock { number in
                number += 1
                log.withLock { $0.append("open \(number)") }
                return Session(tool: self, number: number)
            }
        }
    }

    private func run(_ tool: CountingTool, _ turns: ScriptedPolicy.Turn..., times: Int = 1) async throws
        -> [Trajectory]
    {
        let policy = ScriptedPolicy { _, index in turns[min(index, turns.count - 1)] }
        let loop = AgentLoop(
            policy: policy, format: ByteFormat(), tools: ToolBox([tool]), limits: AgentLimits())
        let prompt = try ByteFormat().prompt([Message(role: .user, "Count.")], tools: [])
        var trajectories: [Trajectory] = []
        for sample in 0..<times {
            trajectories += try await loop.run([
                AgentRequest(
                    id: TrajectoryID(group: 0, sample: sample), prompt: prompt, tools: ["count"],
                    sampling: Sampling(), random: CounterRandom(seed: 1))
            ])
        }
        return trajectories
    }

    private let call = ScriptedPolicy.Turn.call(#"{"name": "count", "arguments": {}}"#)

    @Test func aTrajectoryHasOneSessionForAllItsCallsAndClosesIt() async throws {
        let tool = CountingTool()
        let trajectories = try await run(tool, call, call, .answer("2"), times: 2)
        #expect(trajectories.map(\.toolCalls.count) == [2, 2])
        #expect(
            tool.lines == [
                "open 1", "call 1", "call 1", "close 1", "open 2", "call 2", "call 2", "close 2",
            ])
    }

    @Test func aToolThatIsNotCalledIsNotOpened() async throws {
        let tool = CountingTool()
        _ = try await run(tool, .answer("0"))
        #expect(tool.lines.isEmpty)
    }

    @Test func aSessionIsClosedWhereTheTrajectoryFails() async throws {
        let tool = CountingTool()
        _ = try await run(tool, call, ScriptedPolicy.Turn("", .cancelled))
        #expect(tool.lines.last == "close 1")
    }

    @Test func aToolThatCannotBeOpenedIsAnObservation() async throws {
        struct Closed: Error {}
        let trajectories = try await run(CountingTool(failingWith: Closed()), call, .answer("0"))
        #expect(trajectories[0].toolCalls.map(\.failure) == ["Error: count cannot be used: Closed()"])
        #expect(trajectories[0].finish == .answered)
    }
}
