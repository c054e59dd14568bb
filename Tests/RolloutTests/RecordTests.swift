import Agent
import CounterRandom
import Imaging
import JSON
import Rollout
import Runs
import Tasks
import TestPolicy
import Testing

/// What a record says of trajectories that were really rolled out: where each view came from, where each call looked.
@Suite struct RecordTests {
    /// Two images of 1120 x 1120 and 2240 x 1120, each seen as 112 x 112; what is asked for is in the first.
    private let example = Example(
        id: "e", messages: [.question("What colour is it?", imageCount: 2)],
        images: [BlankImage(1120, 1120), BlankImage(2240, 1120)], answer: "red", kind: "colour",
        tools: ToolBox.standard.names, groundTruthBoxes: [Rectangle(380, 280, 460, 360)])

    private func zoom(_ box: String, image: Int) -> ScriptedPolicy.Turn {
        .call(#"{"name": "image_zoom_in_tool", "arguments": {"bbox_2d": \#(box), "image": \#(image)}}"#)
    }

    private func rotate(_ angle: Int, image: Int) -> ScriptedPolicy.Turn {
        .call(#"{"name": "image_rotate_tool", "arguments": {"angle": \#(angle), "image": \#(image)}}"#)
    }

    private func record(_ turns: ScriptedPolicy.Turn...) async throws -> TrajectoryRecord {
        let policy = ScriptedPolicy { _, index in turns[min(index, turns.count - 1)] }
        let runner = RolloutRunner(
            policy: policy, format: ByteFormat(), tools: .standard, limits: AgentLimits())
        let request = RolloutRequest(
            example, at: 7, recordID: TrajectoryID(group: 3, sample: 1), sampling: Sampling(),
            random: CounterRandom(seed: 1))
        return try await runner.run([request]) { rollout in
            runner.record(rollout, for: RolloutPurpose(.training, step: 5, seed: 9))
        }[0]
    }

    private func views(_ record: TrajectoryRecord) -> [ViewRecord] { record.segments.flatMap(\.views) }

    @Test func aRecordSaysWhatItIsAbout() async throws {
        let record = try await record(.answer("red"))
        #expect((record.step, record.group, record.sample) == (5, 3, 1))
        #expect(record.exampleID == "e" && record.kind == "colour" && record.answer == "red")
        #expect(record.images.map(\.width) == [1120, 2240])
        #expect(
            record.images[1].source == .example(source: "training", seed: 9, index: 7, image: 1))
        #expect(views(record).map(\.image) == [0, 1])
    }

    @Test func aCropOfACropIsOfTheImageItWasCutFrom() async throws {
        // The first crop is image 3; the second one is cut from it.
        let record = try await record(
            zoom("[34, 20, 50, 36]", image: 1), zoom("[28, 56, 84, 112]", image: 3), .answer("red"))
        #expect(record.calls.map(\.image) == [0, 0])
        #expect(record.calls[0].box == Rectangle(340, 200, 500, 360))
        #expect(record.calls[1].box == Rectangle(380, 280, 460, 360))
        #expect(record.calls[1].viewBox == Rectangle(28, 56, 84, 112))
        #expect(views(record).map(\.image) == [0, 1, 0, 0])
        #expect(views(record)[3].region == Rectangle(380, 280, 460, 360))
        #expect(record.overlap(of: record.calls[1]) == 1)
        #expect(record.firstBoxIoU == 0.25)
    }

    @Test func aCropOfTheSecondImageIsOfThatOne() async throws {
        let record = try await record(
            zoom("[0, 0, 56, 56]", image: 2), zoom("[0, 0, 56, 56]", image: 3), .answer("red"))
        #expect(record.calls.map(\.image) == [1, 1])
        #expect(record.calls.map(\.box) == [Rectangle(0, 0, 1120, 560), Rectangle(0, 0, 560, 280)])
        #expect(views(record).map(\.image) == [0, 1, 1, 1])
        #expect(record.firstBoxIoU == 0)
    }

    @Test func aRotationIsAViewAndACropOfItLiesInTheOriginal() async throws {
        // Turned clockwise, the upper left of the view is the lower left of the original.
        let record = try await record(
            rotate(90, image: 1), zoom("[0, 0, 56, 56]", image: 3), .answer("red"))
        #expect(views(record).map(\.image) == [0, 1, 0, 0])
        #expect(views(record).map(\.rotation) == [0, 0, 90, 90])
        #expect(views(record)[2].region == Rectangle(0, 0, 1120, 1120))
        #expect(record.calls.map(\.image) == [nil, 0])
        #expect(record.calls[0].box == nil && !record.calls[0].isCut)
        #expect(record.calls[1].box == Rectangle(0, 560, 560, 1120))
        #expect(views(record)[3].region == Rectangle(0, 560, 560, 1120))
    }

    @Test func aFailedCallBetweenMovesNothing() async throws {
        let record = try await record(
            zoom("[34, 20, 50, 36]", image: 1), zoom("[9, 9, 1, 1]", image: 1),
            zoom("[0, 0, 112, 112]", image: 3), .answer("red"))
        #expect(record.calls.map(\.isCut) == [true, false, true])
        #expect(record.calls.map(\.segment) == [1, 3, 5])
        #expect(record.calls[2].box == Rectangle(340, 200, 500, 360))
        #expect(views(record).map(\.image) == [0, 1, 0, 0])
    }

    @Test func rotationEarnsNoBonusUnlessItIsNamed() async throws {
        var reward = Reward()
        let policy = ScriptedPolicy(rotate(90, image: 1), .answer("red"))
        let runner = RolloutRunner(
            policy: policy, format: ByteFormat(), tools: .standard, limits: AgentLimits())
        let request = RolloutRequest(
            example, at: 0, recordID: TrajectoryID(group: 0, sample: 0), sampling: Sampling(),
            random: CounterRandom(seed: 1))
        let rollout = try await runner.run([request]) { $0 }[0]
        let judge = ExactMatchJudge()
        func bonus(_ reward: Reward) async throws -> Double {
            try await reward.breakdown(of: rollout.trajectory, for: example, by: judge)["tool"]
        }
        #expect(try await bonus(reward) == 0)
        reward.perception.bonusTools.append(RotateTool.name)
        #expect(try await bonus(reward) == 1.2)
    }

    @Test func anImageThatAToolMadeIsOfNoneOfTheExample() async throws {
        struct Drawing: Tool, ToolSession {
            let name = "draw"

            func specification(boxesIn frame: BoxFrame) -> ToolSpecification {
                ToolSpecification(name: name, description: "Draws.", parameters: ["type": "object"])
            }

            func call(arguments: JSONValue, in context: ToolContext) async -> ToolResult {
                let view = try? context.format.view(
                    BlankImage(500, 500), as: .tool(context.images.count))
                return ToolResult(content: view.map { [.image($0)] } ?? [])
            }
        }
        let policy = ScriptedPolicy { [zoom] _, index in
            [
                ScriptedPolicy.Turn.call(#"{"name": "draw", "arguments": {}}"#),
                zoom("[0, 0, 56, 56]", 3), .answer("red"),
            ][index]
        }
        var request = RolloutRequest(
            example, at: 0, recordID: TrajectoryID(group: 0, sample: 0), sampling: Sampling(),
            random: CounterRandom(seed: 1))
        request.offers = .all
        let runner = RolloutRunner(
            policy: policy, format: ByteFormat(), tools: ToolBox([Drawing(), ZoomTool()]),
            limits: AgentLimits())
        let record = try await runner.run([request]) {
            runner.record($0, for: RolloutPurpose(.training, step: 1, seed: 1))
        }[0]
        #expect(record.segments.flatMap(\.views).map(\.image) == [0, 1, nil, nil])
        #expect(record.calls[1].box == Rectangle(0, 0, 250, 250) && record.calls[1].image == nil)
        #expect(record.firstBoxIoU == 0)
    }
}
