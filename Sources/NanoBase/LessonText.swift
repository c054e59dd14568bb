import Imaging
import JSON
import Tasks

/// The completion texts of the nano model.
enum LessonText {
    static func answer(_ answer: String, thought: String = "I see it.") -> String {
        "<think>\(thought)</think>\n<answer>\(answer)</answer>"
    }

    static func answerAfterLooking(_ answer: String) -> String {
        Self.answer(answer, thought: "I see it now.")
    }

    /// What an object suggests.
    static func suggestion(_ colour: String) -> String { "It looks \(colour)." }

    /// What a crop shows.
    static func sight(_ colour: String) -> String { "It is \(colour)." }

    /// Whether a crop shows the object.
    static func presence(of object: Scene.Object, _ isHere: Bool) -> String {
        "\(presence) \(object.name)? \(isHere ? "yes" : "no")."
    }

    static let closer = "Look closer."
    static let search = "Look for it."
    static func look(at object: Scene.Object) -> String { "\(look) \(object.name)." }

    /// The beginning of ``look(at:)``, after which the name follows.
    static let look = "Look at the"

    /// The beginning of ``presence(of:_:)``, after which the object's name follows.
    static let presence = "Is there a"

    /// The corners of a box as a call writes them.
    static func corners(_ box: Rectangle) -> String {
        [box.x1, box.y1, box.x2, box.y2].map { "\(Int($0))" }.joined(separator: ", ")
    }

    /// - Parameters:
    ///   - tool: the name of the tool.
    ///   - box: in the frame of the image.
    ///   - image: the number of the image; nil for the first.
    ///   - thought: what is thought before the call.
    static func call(
        _ tool: String, box: Rectangle, image: Int? = nil, thought: String = closer
    ) -> String {
        let corners = [box.x1, box.y1, box.x2, box.y2].map { JSONValue.number(Int($0)) }
        var arguments = [("bbox_2d", JSONValue.array(corners))]
        if let image { arguments.append(("image", .number(image))) }
        let call: JSONValue = ["name": .string(tool), "arguments": .object(JSONObject(arguments))]
        return """
            <think>\(thought)</think>
            <tool_call>
            \(call.text)
            </tool_call>
            """
    }
}
