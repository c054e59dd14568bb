import Agent
package import Imaging
import JSON

/// Parses a box in a model's answer.
package enum BoxAnswer {
    /// The box in `{"bbox_2d": [x1, y1, x2, y2]}` or `[x1, y1, x2, y2]`, in the model's coordinate frame; nil for any other
    /// text and for an inverted box.
    package static func box(in text: String) -> Rectangle? {
        guard let value = try? JSONValue(parsing: text) else { return nil }
        let elements = (value["bbox_2d"] ?? value).array ?? []
        let numbers = elements.compactMap(\.number)
        guard elements.count == 4, numbers.count == 4, numbers[0] <= numbers[2], numbers[1] <= numbers[3]
        else { return nil }
        return Rectangle(x1: numbers[0], y1: numbers[1], x2: numbers[2], y2: numbers[3])
    }
}
