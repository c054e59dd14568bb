package import JSON

/// A tool that rotates an image by a multiple of 90 degrees. Boxes on the result map exactly to the original.
package struct RotateTool: Tool, ToolSession {
    package static let name = "image_rotate_tool"
    package let name: String = RotateTool.name

    package init() {}

    package func specification(boxesIn frame: BoxFrame) -> ToolSpecification {
        ToolSpecification(
            name: name,
            description: "Turn an image: returns it rotated clockwise.",
            parameters: [
                "type": "object",
                "properties": [
                    "angle": [
                        "type": "integer", "enum": [90, 180, 270], "description": "Degrees clockwise.",
                    ],
                    "image": [
                        "type": "integer",
                        "description": "Which image, counted from 1; the first if left out.",
                    ],
                ],
                "required": ["angle"],
            ])
    }

    package func call(arguments: JSONValue, in context: ToolContext) async -> ToolResult {
        do {
            let arguments = try ToolArguments(arguments)
            let angle = try arguments.number("angle")
            guard let turn = QuarterTurn(degrees: angle) else {
                throw ArgumentError("angle must be a multiple of 90.")
            }
            let (_, image) = try arguments.image("image", among: context.images)
            let turned = try context.format.view(
                of: image, region: image.region, rotation: image.rotation.followed(by: turn))
            return ToolResult(content: [.image(turned)])
        } catch let error as ArgumentError {
            return .failure("Error: " + error.message)
        } catch {
            return .failure("Error: this image cannot be turned: \(error)")
        }
    }
}
