package import Imaging
package import JSON

/// The description of a tool in the prompt.
package struct ToolSpecification: Hashable, Sendable {
    package let name: String
    package let description: String
    /// JSON schema of the arguments; the order of members is kept in the prompt.
    package let parameters: JSONValue

    package init(name: String, description: String, parameters: JSONValue) {
        self.name = name
        self.description = description
        self.parameters = parameters
    }

    /// The specification as one line of JSON, with `", "` and `": "` as separators.
    package var json: String {
        let function: JSONValue = [
            "name": .string(name), "description": .string(description), "parameters": parameters,
        ]
        return JSONValue.object(["type": "function", "function": function]).text
    }
}

/// The context of a tool call.
package struct ToolContext: Sendable {
    /// All images seen so far, in order; tool arguments use 1-based indices.
    package let images: [ViewedImage]
    /// Creates views, and sets the coordinate frame of boxes.
    package let format: any ChatFormat

    package init(images: [ViewedImage], format: any ChatFormat) {
        self.images = images
        self.format = format
    }
}

/// A tool that the model can call.
///
/// A tool without state between calls is its own session: it also conforms to ``ToolSession`` and needs no `open`.
package protocol Tool: Sendable {
    /// The name in calls, in configurations and on the command line.
    var name: String { get }

    /// The specification for the prompt; `frame` is the coordinate frame in which the model writes boxes.
    func specification(boxesIn frame: BoxFrame) -> ToolSpecification

    /// Opens the session for the calls of one trajectory, at its first call. The loop closes it when the trajectory ends.
    ///
    /// - Throws: an error if the tool is not available. The observation then contains the error, and the trajectory continues.
    func open() async throws -> any ToolSession
}

/// A tool's session for one trajectory.
package protocol ToolSession: Sendable {
    /// Executes a call. A failure is a result with an error message, not a thrown error.
    func call(arguments: JSONValue, in context: ToolContext) async -> ToolResult

    /// Releases the session's resources; called exactly once, however the trajectory ended.
    func close() async
}

extension ToolSession {
    package func close() async {}
}

extension Tool where Self: ToolSession {
    package func open() async throws -> any ToolSession { self }
}

/// The result of a tool call.
package struct ToolResult: Sendable {
    /// A crop made by a tool.
    package struct Cut: Hashable, Sendable, Codable {
        /// Index of the cropped image among the images seen.
        package let image: Int
        /// The root image of that view.
        package let root: ImageRoot
        /// Rotation of the view, and of the crop.
        package let rotation: QuarterTurn
        /// The box as the model gave it, in the frame of the view.
        package let viewed: Rectangle
        /// The cropped box in pixels of the root image, after clamping and enlarging.
        package let original: Rectangle

        /// - Parameters:
        ///   - index: index of the image among the images seen.
        ///   - image: the cropped image.
        ///   - viewed: the box in the frame of its view.
        ///   - original: the cropped box in pixels of the root image.
        package init(_ index: Int, of image: ViewedImage, viewed: Rectangle, original: Rectangle) {
            self.image = index
            root = image.root
            rotation = image.rotation
            self.viewed = viewed
            self.original = original
        }
    }

    /// The content of the observation.
    package let content: [Message.Content]
    package let cut: Cut?
    /// The error message of a failed call; `content` has the same text.
    package let failure: String?

    /// A successful result.
    package init(content: [Message.Content], cut: Cut? = nil) {
        self.content = content
        self.cut = cut
        self.failure = nil
    }

    private init(failure: String) {
        self.content = [.text(failure)]
        self.cut = nil
        self.failure = failure
    }

    /// A failed call, with an error message for the model.
    package static func failure(_ message: String) -> ToolResult { ToolResult(failure: message) }
}

/// A tool call as recorded in its trajectory.
package struct ToolCallRecord: Hashable, Sendable, Codable {
    /// The name in the call; empty if the call could not be parsed.
    package let name: String
    /// The arguments as JSON; the raw text between the tags if the call could not be parsed.
    package let arguments: String
    /// The crop, if the call made one.
    package let cut: ToolResult.Cut?
    /// The error message; nil if the call succeeded.
    package let failure: String?

    package init(name: String, arguments: String, cut: ToolResult.Cut? = nil, failure: String? = nil) {
        self.name = name
        self.arguments = arguments
        self.cut = cut
        self.failure = failure
    }
}
