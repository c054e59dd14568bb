package import Imaging
package import JSON

/// A tool as the model is told of it.
package struct ToolSpecification: Hashable, Sendable {
    package let name: String
    package let description: String
    /// JSON schema of the arguments; the model reads its members in their order.
    package let parameters: JSONValue

    package init(name: String, description: String, parameters: JSONValue) {
        self.name = name
        self.description = description
        self.parameters = parameters
    }

    /// The specification as one line of JSON, `", "` and `": "` between its parts.
    package var json: String {
        let function: JSONValue = [
            "name": .string(name), "description": .string(description), "parameters": parameters,
        ]
        return JSONValue.object(["type": "function", "function": function]).text
    }
}

/// What a tool may look at while it works.
package struct ToolContext: Sendable {
    /// All images seen so far, in order; tools count them from 1.
    package let images: [ViewedImage]
    /// Turns pixels into views, and says in which frame boxes are written.
    package let format: any ChatFormat

    package init(images: [ViewedImage], format: any ChatFormat) {
        self.images = images
        self.format = format
    }
}

/// What the model can call.
///
/// A tool that keeps nothing between calls is its own session: it conforms to ``ToolSession`` too, and needs no `open`.
package protocol Tool: Sendable {
    /// What the model calls it by; also its name in configurations and on the command line.
    var name: String { get }

    /// The specification that the prompt holds; `frame` is the coordinate frame in which the model writes boxes.
    func specification(boxesIn frame: BoxFrame) -> ToolSpecification

    /// What the calls of one trajectory go to. The loop opens it at the first call and closes it when the trajectory ends.
    ///
    /// - Throws: an error if the tool cannot be used. The observation then holds the error, and the trajectory goes on.
    func open() async throws -> any ToolSession
}

/// The calls of one trajectory to a tool.
package protocol ToolSession: Sendable {
    /// Answers a call. A failure is a result that says what was wrong, never an error thrown.
    func call(arguments: JSONValue, in context: ToolContext) async -> ToolResult

    /// Gives back what the session holds; called once, however the trajectory ended.
    func close() async
}

extension ToolSession {
    package func close() async {}
}

extension Tool where Self: ToolSession {
    package func open() async throws -> any ToolSession { self }
}

/// What a tool answered.
package struct ToolResult: Sendable {
    /// Where a tool cut an image.
    package struct Cut: Hashable, Sendable, Codable {
        /// Index from 0 of the image among those seen.
        package let image: Int
        /// Which image that is a view of.
        package let root: ImageRoot
        /// How the image was turned, and what was cut is.
        package let rotation: QuarterTurn
        /// The box in the frame of the view of that image, as the model gave it.
        package let viewed: Rectangle
        /// The box that was cut, in pixels of the root, after clamping and growing.
        package let original: Rectangle

        /// - Parameters:
        ///   - index: of the image among those seen.
        ///   - image: that was cut.
        ///   - viewed: the box in the frame of its view.
        ///   - original: the box that was cut, in pixels of the root.
        package init(_ index: Int, of image: ViewedImage, viewed: Rectangle, original: Rectangle) {
            self.image = index
            root = image.root
            rotation = image.rotation
            self.viewed = viewed
            self.original = original
        }
    }

    /// What the model sees of the answer.
    package let content: [Message.Content]
    package let cut: Cut?
    /// What was wrong, if the call failed; the same text stands in `content`.
    package let failure: String?

    /// A successful answer.
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

    /// An answer that tells the model what was wrong with its call.
    package static func failure(_ message: String) -> ToolResult { ToolResult(failure: message) }
}

/// A tool call as it is kept with its trajectory.
package struct ToolCallRecord: Hashable, Sendable, Codable {
    /// Name the model gave; empty if the call could not be read.
    package let name: String
    /// The arguments as JSON; what stood between the tags if the call could not be read.
    package let arguments: String
    /// Where an image was cut: the box in the frame of the view, and in original pixels.
    package let cut: ToolResult.Cut?
    /// What was wrong; nil if the tool did its work.
    package let failure: String?

    package init(name: String, arguments: String, cut: ToolResult.Cut? = nil, failure: String? = nil) {
        self.name = name
        self.arguments = arguments
        self.cut = cut
        self.failure = failure
    }
}
