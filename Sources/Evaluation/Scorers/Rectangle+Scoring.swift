import Imaging

/// Boxes as official scorers treat them; corners may be in the wrong order.
extension Rectangle {
    static let zero = Rectangle(x1: 0, y1: 0, x2: 0, y2: 0)

    /// Creates a box from x1, y1, x2, y2; nil unless there are four numbers.
    init?(_ numbers: [Double]) {
        guard numbers.count == 4 else { return nil }
        self.init(x1: numbers[0], y1: numbers[1], x2: numbers[2], y2: numbers[3])
    }

    /// Whether the centre of `other` lies inside, edges included.
    func holdsCentre(of other: Rectangle) -> Bool {
        let (x, y) = other.centre
        return x1 <= x && x <= x2 && y1 <= y && y <= y2
    }

    /// Intersection over union.
    ///
    /// - Parameter inverted: whether the area of a box with swapped corners is the product of its signed width and height;
    ///   otherwise it is zero.
    func iou(_ other: Rectangle, inverted: Bool) -> Double {
        guard inverted else { return intersectionOverUnion(with: other) }
        let shared = intersection(other)?.area ?? 0
        let union = width * height + other.width * other.height - shared
        return union == 0 ? 0 : shared / union
    }
}
