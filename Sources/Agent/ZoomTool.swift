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
        do {
            let arguments = try ToolArguments(arguments)
            let numbers = try arguments.numbers("bbox_2d", count: 4)
            let (index, image) = try arguments.image("image", among: context.images)
            let box = Rectangle(x1: numbers[0], y1: numbers[1], x2: numbers[2], y2: numbers[3])
            let region = try rule.region(of: box, in: context.format.boxFrame, on: image)
            let crop = try context.format.view(of: image, region: region, rotation: image.rotation)
            let viewed = image.viewedBox(of: box, in: context.format.boxFrame)
            return ToolResult(
                content: [.image(crop)],
                cut: ToolResult.Cut(index, of: image, viewed: viewed, original: region))
        } catch let error as ArgumentError {
            return .failure("Error: " + error.message)
        } catch BoxError.inverted {
            return .failure("Error: bbox_2d must be [x1, y1, x2, y2] with x1 <= x2 and y1 <= y2.")
        } catch BoxError.nonFinite {
            return .failure("Error: bbox_2d must hold finite numbers.")
        } catch {
            return .failure("Error: this box cannot be shown: \(error)")
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
