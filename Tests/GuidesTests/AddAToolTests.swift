import Agent
import CounterRandom
import Imaging
import JSON
import Tasks
import TestPolicy
import Testing

// example:begin
/// Tells the mean colour of a box of an image.
struct ColourTool: Tool, ToolSession {
    let name = "image_colour_tool"

    func specification(boxesIn frame: BoxFrame) -> ToolSpecification {
        let box: JSONValue = [
            "type": "array", "items": ["type": "number"], "minItems": 4, "maxItems": 4,
            "description": .string("[x1, y1, x2, y2] in \(frame.phrase)."),
        ]
        let image: JSONValue = [
            "type": "integer", "description": "Which image, counted from 1; the first if left out.",
        ]
        return ToolSpecification(
            name: name, description: "Read the mean colour of a box of an image.",
            parameters: [
                "type": "object", "properties": ["bbox_2d": box, "image": image], "required": ["bbox_2d"],
            ])
    }

    func call(arguments: JSONValue, in context: ToolContext) async -> ToolResult {
        do {
            let arguments = try ToolArguments(arguments)
            let box = try arguments.numbers("bbox_2d", count: 4)
            let (_, image) = try arguments.image("image", among: context.images)
            let region = try CropRule().region(
                of: Rectangle(box[0], box[1], box[2], box[3]), in: context.format.boxFrame, on: image)
            let pixel = ImageSize(width: 1, height: 1)
            let mean = try image.source.pixels(region: region, resizedTo: pixel, filter: .pillow)[0, 0]
            return ToolResult(content: [.text("red \(mean.red), green \(mean.green), blue \(mean.blue)")])
        } catch let error as ArgumentError {
            return .failure("Error: " + error.message)
        } catch {
            return .failure("Error: this box has no colour: \(error)")
        }
    }
}
// example:end

@Suite struct AddAToolTests {
    private let format = ByteFormat()

    /// A trajectory that calls the tool and then answers, about a picture that is red on the left and blue on the right.
    private func trajectory(
        calling arguments: String, offering names: [String] = ["image_colour_tool"]
    ) async throws -> Trajectory {
        var picture = Image(
            size: ImageSize(width: 224, height: 112), filledWith: RGB(red: 210, green: 45, blue: 40))
        picture.fill(
            PixelRegion(x: 112, y: 0, width: 112, height: 112), with: RGB(red: 40, green: 70, blue: 210))
        let tools = ToolBox([ZoomTool(), ColourTool()])
        let question = Message(
            role: .user,
            content: [.image(try format.view(picture, as: .example(0))), .text("What is on the left?")])
        let prompt = try format.prompt(
            [question], tools: tools.specifications(of: names, boxesIn: format.boxFrame))
        let call = #"{"name": "image_colour_tool", "arguments": \#(arguments)}"#
        let loop = AgentLoop(
            policy: ScriptedPolicy(.call(call), .answer("red")), format: format, tools: tools,
            limits: AgentLimits())
        return try await loop.run([
            AgentRequest(
                id: TrajectoryID(group: 0, sample: 0), prompt: prompt, tools: names, sampling: Sampling(),
                random: CounterRandom(seed: 1))
        ])[0]
    }

    private func observation(of trajectory: Trajectory) -> String? {
        trajectory.transcript.segments.first { $0.kind == .observation }.map { format.text(of: $0.tokens) }
    }

    // MARK: The page

    @Test func thePageShowsTheExample() throws { try Guide("AddATool").expectExample() }

    @Test func itsChangesFitTheSources() throws { try Guide("AddATool").expectChanges(fitting: 1) }

    // MARK: The tool

    @Test func theModelIsToldOfIt() async throws {
        let prompt = try await trajectory(calling: "{}").transcript.segments[0]
        let text = format.text(of: prompt.tokens)
        #expect(text.contains(#""name": "image_colour_tool""#))
        #expect(text.contains("[x1, y1, x2, y2] in pixels of the image as shown."))
    }

    /// The view is half as wide as the picture: 56 of its pixels are the left half.
    @Test(arguments: [
        ("[0, 0, 56, 112]", "[red 210, green 45, blue 40]"),
        ("[70, 10, 100, 80]", "[red 40, green 70, blue 210]"),
    ]) func itReadsTheColourOfTheBox(box: String, expected: String) async throws {
        let trajectory = try await trajectory(calling: #"{"bbox_2d": \#(box)}"#)
        #expect(observation(of: trajectory) == expected)
        #expect(trajectory.answer == "red")
    }

    @Test(arguments: [
        ("{}", "Error: bbox_2d is missing."),
        (#"{"bbox_2d": [1, 2]}"#, "Error: bbox_2d must hold 4 numbers, not 2."),
        (#"{"bbox_2d": [9, 9, 0, 0]}"#, "Error: this box has no colour: inverted"),
        (#"{"bbox_2d": [0, 0, 9, 9], "image": 2}"#, "Error: there is no image 2; image goes from 1 to 1."),
    ]) func aBadCallIsAnObservation(arguments: String, expected: String) async throws {
        let trajectory = try await trajectory(calling: arguments)
        #expect(trajectory.toolCalls.map(\.failure) == [expected])
        #expect(observation(of: trajectory) == "[\(expected)]")
        #expect(trajectory.finish == .answered)
    }

    @Test func itIsRefusedWhereItIsNotOffered() async throws {
        let trajectory = try await trajectory(calling: "{}", offering: [ZoomTool.name])
        #expect(
            trajectory.toolCalls.map(\.failure) == ["Error: there is no such tool; use image_zoom_in_tool."])
    }

    @Test func itEarnsTheBonusWhereItIsNamed() async throws {
        let trajectory = try await trajectory(calling: #"{"bbox_2d": [0, 0, 56, 112]}"#)
        let example = Example(
            id: "e", messages: [.question("What?", imageCount: 0)], images: [], answer: "red", kind: "text")
        var reward = Reward()
        func bonus() async throws -> Double {
            try await reward.breakdown(of: trajectory, for: example, by: ExactMatchJudge())["tool"]
        }
        #expect(try await bonus() == 0)
        reward.perception.bonusTools = ["image_colour_tool"]
        #expect(try await bonus() == 1.2)
    }
}
