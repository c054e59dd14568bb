import JSON

/// A polygon of labelme.
package struct LabelledOutline: Hashable, Sendable {
    package let label: String
    /// x and y in pixels of the image.
    package let points: [[Double]]

    /// Those that a file of labelme lists, without what is none.
    static func all(in shapes: [JSONValue]) -> [LabelledOutline] {
        shapes.compactMap { shape in
            guard let points = shape["points"]?.array?.compactMap({ $0.array?.compactMap(\.number) }),
                points.allSatisfy({ $0.count == 2 })
            else { return nil }
            return LabelledOutline(label: shape["label"]?.string ?? "", points: points)
        }
    }
}
