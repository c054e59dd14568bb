import Agent
import Imaging
import JSON
import TestPolicy
import Testing

@Suite struct ToolTests {
    private let format = ByteFormat()

    private func context(_ format: ByteFormat = ByteFormat(), imageCount: Int = 2) throws -> ToolContext {
        let images = try (0..<imageCount).map { index in
            try format.view(BlankImage(1120 * (index + 1), 1120), as: .example(index))
        }
        return ToolContext(images: images, format: format)
    }

    private func zoom(_ arguments: String) async throws -> ToolResult {
        await ZoomTool().call(arguments: try JSONValue(parsing: arguments), in: try context())
    }

    private func rotate(_ arguments: String) async throws -> ToolResult {
        await RotateTool().call(arguments: try JSONValue(parsing: arguments), in: try context())
    }

    // MARK: Specifications

    @Test func theZoomToolIsToldToTheModelInTheseWords() {
        #expect(
            ZoomTool().specification(boxesIn: .asViewed).json
                == #"{"type": "function", "function": {"name": "image_zoom_in_tool", "description": "Look closer: returns the given box of an image at full resolution.", "parameters": {"type": "object", "properties": {"bbox_2d": {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4, "description": "[x1, y1, x2, y2] in pixels of the image as shown."}, "image": {"type": "integer", "description": "Which image, counted from 1; the first if left out."}}, "required": ["bbox_2d"]}}}"#
        )
    }

    @Test func specificationsAreJSON() throws {
        for tool in ToolBox.standard.tools {
            for frame in BoxFrame.allCases {
                let value = try JSONValue(parsing: tool.specification(boxesIn: frame).json)
                #expect(value["function"]?["name"]?.string == tool.name)
                #expect(value["function"]?["parameters"]?["type"]?.string == "object")
            }
        }
    }

    @Test func theDescriptionSaysTheFrameOfTheFamily() {
        let zoom = ZoomTool()
        #expect(zoom.specification(boxesIn: .asViewed).json.contains("pixels of the image as shown"))
        #expect(zoom.specification(boxesIn: .permille).json.contains("from 0 to 1000"))
        #expect(!zoom.specification(boxesIn: .permille).json.contains("pixels"))
        #expect(zoom.specification(boxesIn: .original).json.contains("at full resolution"))
    }

    // MARK: Zoom

    @Test func zoomTakesTheFirstImageUnlessTold() async throws {
        let first = try await zoom(#"{"bbox_2d": [0, 0, 56, 56]}"#)
        #expect(first.cut?.image == 0)
        #expect(first.cut?.root == .example(0))
        #expect(first.cut?.viewed == Rectangle(0, 0, 56, 56))
        #expect(first.cut?.original == Rectangle(0, 0, 560, 560))
        let second = try await zoom(#"{"bbox_2d": [0, 0, 56, 56], "image": 2}"#)
        #expect(second.cut?.root == .example(1))
        #expect(second.cut?.original == Rectangle(0, 0, 1120, 560))
        #expect(second.content.compactMap(\.image).map(\.region) == [Rectangle(0, 0, 1120, 560)])
    }

    @Test func aBoxInThousandthsIsKeptInPixelsOfTheView() async throws {
        let format = ByteFormat(boxFrame: .permille)
        let result = await ZoomTool().call(
            arguments: try JSONValue(parsing: #"{"bbox_2d": [250, 500, 750, 1000]}"#), in: try context(format)
        )
        #expect(result.cut?.viewed == Rectangle(28, 56, 84, 112))
        #expect(result.cut?.original == Rectangle(280, 560, 840, 1120))
    }

    @Test(arguments: [
        (#"{}"#, "bbox_2d is missing."),
        (#"{"bbox": [1, 2, 3, 4]}"#, "bbox_2d is missing."),
        (#"{"bbox_2d": null}"#, "bbox_2d must be a list of 4 numbers, not null."),
        (#"{"bbox_2d": "[1, 2, 3, 4]"}"#, "bbox_2d must be a list of 4 numbers, not a string."),
        (#"{"bbox_2d": {"x1": 1}}"#, "bbox_2d must be a list of 4 numbers, not an object."),
        (#"{"bbox_2d": 4}"#, "bbox_2d must be a list of 4 numbers, not a number."),
        (#"{"bbox_2d": []}"#, "bbox_2d must hold 4 numbers, not 0."),
        (#"{"bbox_2d": [1, 2, 3]}"#, "bbox_2d must hold 4 numbers, not 3."),
        (#"{"bbox_2d": [1, 2, 3, 4, 5]}"#, "bbox_2d must hold 4 numbers, not 5."),
        (#"{"bbox_2d": [[1, 2, 3, 4]]}"#, "bbox_2d must hold 4 numbers, not 1."),
        (#"{"bbox_2d": ["1", "2", "3", "4"]}"#, "bbox_2d must hold 4 numbers, but one is a string."),
        (#"{"bbox_2d": [1, 2, null, 4]}"#, "bbox_2d must hold 4 numbers, but one is null."),
        (#"{"bbox_2d": [1, 2, true, 4]}"#, "bbox_2d must hold 4 numbers, but one is a boolean."),
        (#"{"bbox_2d": [[1], 2, 3, 4]}"#, "bbox_2d must hold 4 numbers, but one is a list."),
        (
            #"{"bbox_2d": [50, 20, 34, 36]}"#,
            "bbox_2d must be [x1, y1, x2, y2] with x1 <= x2 and y1 <= y2."
        ),
        (
            #"{"bbox_2d": [10, 10, 10, 10]}"#,
            "bbox_2d has no area: x1 must be less than x2, and y1 less than y2."
        ),
        (
            #"{"bbox_2d": [5000, 5000, 6000, 6000]}"#,
            "bbox_2d is outside the image: x goes from 0 to 112, y from 0 to 112."
        ),
        (#"{"bbox_2d": [1, 2, 3, 4], "image": 0}"#, "there is no image 0; image goes from 1 to 2."),
        (#"{"bbox_2d": [1, 2, 3, 4], "image": 3}"#, "there is no image 3; image goes from 1 to 2."),
        (#"{"bbox_2d": [1, 2, 3, 4], "image": -1}"#, "there is no image -1; image goes from 1 to 2."),
        (#"{"bbox_2d": [1, 2, 3, 4], "image": 1.5}"#, "image must be a whole number from 1 to 2."),
        (#"{"bbox_2d": [1, 2, 3, 4], "image": 1e300}"#, "image must be a whole number from 1 to 2."),
        (#"{"bbox_2d": [1, 2, 3, 4], "image": "1"}"#, "image must be a whole number from 1 to 2."),
        (#"[1, 2, 3, 4]"#, "arguments must be an object, not a list."),
        (#""bbox_2d""#, "arguments must be an object, not a string."),
        (#"null"#, "arguments must be an object, not null."),
    ])
    func zoomSaysWhatIsWrong(arguments: String, message: String) async throws {
        let result = try await zoom(arguments)
        #expect(result.failure == "Error: " + message)
        #expect(result.content.map(\.text) == ["Error: " + message])
        #expect(result.cut == nil)
    }

    @Test func numbersThatAreNotFiniteAreAnObservation() async throws {
        for number in [Double.nan, .infinity, -.infinity] {
            let box = JSONValue.array([.number(0), .number(0), .number(number), .number(10)])
            let result = await ZoomTool().call(arguments: .object(["bbox_2d": box]), in: try context())
            #expect(result.failure == "Error: bbox_2d must hold finite numbers.")
        }
    }

    @Test func zoomWithoutImagesSaysSo() async throws {
        let result = await ZoomTool().call(
            arguments: try JSONValue(parsing: #"{"bbox_2d": [1, 2, 3, 4]}"#), in: try context(imageCount: 0))
        #expect(result.failure == "Error: there is no image.")
    }

    @Test func aViewThatTheFormatRefusesIsAnObservation() async throws {
        let thin = ViewedImage(
            source: BlankImage(10_000, 10), root: .example(0), region: Rectangle(0, 0, 10_000, 10),
            rotation: .upright,
            viewSize: ImageSize(width: 112, height: 112), tokenCount: 16)
        let result = await ZoomTool().call(
            arguments: try JSONValue(parsing: #"{"bbox_2d": [0, 0, 112, 112]}"#),
            in: ToolContext(images: [thin], format: format))
        #expect(result.failure == "Error: this box cannot be shown: TooThin()")
    }

    // MARK: Rotate

    @Test func rotateTurnsWhatIsSeen() async throws {
        let context = try context()
        let once = await RotateTool().call(
            arguments: try JSONValue(parsing: #"{"angle": 90, "image": 2}"#), in: context)
        let turned = try #require(once.content.first?.image)
        #expect(turned.rotation == .clockwise)
        #expect(turned.nativeSize == ImageSize(width: 1120, height: 2240))
        #expect(once.cut == nil)
        let twice = await RotateTool().call(
            arguments: try JSONValue(parsing: #"{"angle": -180}"#),
            in: ToolContext(images: [turned], format: format))
        #expect(twice.content.first?.image?.rotation == .counterclockwise)
    }

    @Test func aBoxOnATurnedImageIsCutUpright() async throws {
        let rotated = try await rotate(#"{"angle": 90}"#)
        let turned = try #require(rotated.content.first?.image)
        let result = await ZoomTool().call(
            arguments: try JSONValue(parsing: #"{"bbox_2d": [0, 0, 56, 56]}"#),
            in: ToolContext(images: [turned], format: format))
        #expect(result.cut?.original == Rectangle(0, 560, 560, 1120))
        #expect(result.cut?.rotation == .clockwise)
        #expect(result.content.first?.image?.rotation == .clockwise)
        #expect(result.content.first?.image?.root == .example(0))
    }

    @Test(arguments: [
        (#"{}"#, "angle is missing."),
        (#"{"angle": "90"}"#, "angle must be a number, not a string."),
        (#"{"angle": [90]}"#, "angle must be a number, not a list."),
        (#"{"angle": 45}"#, "angle must be a multiple of 90."),
        (#"{"angle": 1e308}"#, "angle must be a multiple of 90."),
        (#"{"angle": 90, "image": 7}"#, "there is no image 7; image goes from 1 to 2."),
    ])
    func rotateSaysWhatIsWrong(arguments: String, message: String) async throws {
        #expect(try await rotate(arguments).failure == "Error: " + message)
    }
}
