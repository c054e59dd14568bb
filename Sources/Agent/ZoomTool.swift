package import Imaging
package import JSON

/// The zoom tool: crops a box from the original pixels of an image and returns it at full resolution.
package struct ZoomTool: Tool, ToolSession {
    package static let name = "image_zoom_in_tool"
    package let name: String = ZoomTool.name

    private let rule: CropRule

    package init(rule: CropRule = CropRule()) {
        self.rule = rule
    }

    package func specification(boxesIn frame: BoxFrame) -> ToolSpecification {
        ToolSpecification(
            name: name,
            description: "Look closer: returns the given box of an image at full resolution.",
            parameters: [
                "type": "object",
                "properties": [
                    "bbox_2d": [
                        "type": "array", "items": ["type": "number"], "minItems": 4, "maxItems": 4,
                        "description": .string("[x1, y1, x2, y2] in \(frame.phrase)."),
                    ],
                    "image": [
                        "type": "integer",
                        "description": "Which image, counted from 1; the first if left out.",
                    ],
                ],
                "required": ["bbox_2d"],
            ])
    }

    package func call(arguments: JSONValue, in context: ToolContext) async -> ToolResult {
        let frame = context.format.boxFrame
        do {
            let arguments = try ToolArguments(arguments)
            let numbers = try arguments.numbers("bbox_2d", count: 4)
            let (index, image) = try arguments.image("image", among: context.images)
            let box = Rectangle(x1: numbers[0], y1: numbers[1], x2: numbers[2], y2: numbers[3])
            let region = try region(of: box, in: frame, on: image)
            let crop = try context.format.view(of: image, region: region, rotation: image.rotation)
            let viewed = image.viewedBox(of: box, in: frame)
            return ToolResult(
                content: [.image(crop)],
                cut: ToolResult.Cut(index, of: image, viewed: viewed, original: region))
        } catch let error as ArgumentError {
            return .failure("Error: " + error.message)
        } catch {
            return .failure("Error: this box cannot be shown: \(error)")
        }
    }

    private func region(
        of box: Rectangle, in frame: BoxFrame, on image: ViewedImage
    ) throws(ArgumentError) -> Rectangle {
        do throws(BoxError) {
            return try rule.region(of: box, in: frame, on: image)
        } catch {
            let (width, height) = image.extent(of: frame)
            let problem =
                switch error {
                case .inverted: "must be [x1, y1, x2, y2] with x1 <= x2 and y1 <= y2."
                case .nonFinite: "must hold finite numbers."
                case .noArea: "has no area: x1 must be less than x2, and y1 less than y2."
                case .outside:
                    "is outside the image: x goes from 0 to \(Int(width)), y from 0 to \(Int(height))."
                }
            throw ArgumentError("bbox_2d " + problem)
        }
    }
}

extension ViewedImage {
    /// Converts a box from `frame` to pixels of the view.
    package func viewedBox(of box: Rectangle, in frame: BoxFrame) -> Rectangle {
        if frame == .asViewed { return box }
        let (width, height) = extent(of: frame)
        let (x, y) = (Double(viewSize.width) / width, Double(viewSize.height) / height)
        return Rectangle(x1: box.x1 * x, y1: box.y1 * y, x2: box.x2 * x, y2: box.y2 * y)
    }
}
