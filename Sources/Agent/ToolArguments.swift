package import JSON

/// Arguments that a tool cannot work with.
package struct ArgumentError: Error {
    /// What is wrong, for the model.
    package let message: String

    package init(_ message: String) { self.message = message }
}

/// Typed access to the arguments of a call, which come from the model and may be anything.
package struct ToolArguments {
    private let members: JSONObject

    /// - Throws: ``ArgumentError`` if they are not an object.
    package init(_ value: JSONValue) throws(ArgumentError) {
        guard let members = value.object else {
            throw ArgumentError("arguments must be an object, not \(value.kind).")
        }
        self.members = members
    }

    private func required(_ name: String) throws(ArgumentError) -> JSONValue {
        guard let value = members[name] else { throw ArgumentError("\(name) is missing.") }
        return value
    }

    /// - Throws: ``ArgumentError`` if there is no such number.
    package func number(_ name: String) throws(ArgumentError) -> Double {
        let value = try required(name)
        guard let number = value.number else {
            throw ArgumentError("\(name) must be a number, not \(value.kind).")
        }
        return number
    }

    /// A list of exactly `count` numbers.
    ///
    /// - Throws: ``ArgumentError`` if there is no such list.
    package func numbers(_ name: String, count: Int) throws(ArgumentError) -> [Double] {
        let value = try required(name)
        guard let elements = value.array else {
            throw ArgumentError("\(name) must be a list of \(count) numbers, not \(value.kind).")
        }
        guard elements.count == count else {
            throw ArgumentError("\(name) must hold \(count) numbers, not \(elements.count).")
        }
        var numbers: [Double] = []
        for element in elements {
            guard let number = element.number else {
                throw ArgumentError("\(name) must hold \(count) numbers, but one is \(element.kind).")
            }
            numbers.append(number)
        }
        return numbers
    }

    /// The image that `name` counts from 1, the first if left out, and its index from 0.
    ///
    /// - Throws: ``ArgumentError`` if there is no such image.
    package func image(
        _ name: String, among images: [ViewedImage]
    ) throws(ArgumentError) -> (index: Int, image: ViewedImage) {
        guard !images.isEmpty else { throw ArgumentError("there is no image.") }
        guard let value = members[name], value != .null else { return (0, images[0]) }
        guard let position = value.integer else {
            throw ArgumentError("\(name) must be a whole number from 1 to \(images.count).")
        }
        guard (1...images.count).contains(position) else {
            throw ArgumentError("there is no image \(position); \(name) goes from 1 to \(images.count).")
        }
        return (position - 1, images[position - 1])
    }
}
