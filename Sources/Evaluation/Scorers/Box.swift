/// A box as four numbers, x1, y1, x2, y2, which need not be in order: official scorers take them as they
/// come.
struct Box: Hashable, Sendable {
    let x1, y1, x2, y2: Double

    static let zero = Box(0, 0, 0, 0)

    init(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) {
        self.x1 = x1
        self.y1 = y1
        self.x2 = x2
        self.y2 = y2
    }

    /// Nil unless there are four numbers.
    init?(_ numbers: [Double]) {
        guard numbers.count == 4 else { return nil }
        self.init(numbers[0], numbers[1], numbers[2], numbers[3])
    }

    func scaled(width: Double, height: Double) -> Box {
        Box(x1 * width, y1 * height, x2 * width, y2 * height)
    }

    func holdsCenter(of other: Box) -> Bool {
        let (x, y) = ((other.x1 + other.x2) / 2, (other.y1 + other.y2) / 2)
        return x1 <= x && x <= x2 && y1 <= y && y <= y2
    }

    private func overlap(_ other: Box) -> Double {
        max(0, min(x2, other.x2) - max(x1, other.x1)) * max(0, min(y2, other.y2) - max(y1, other.y1))
    }

    /// Intersection over union.
    ///
    /// - Parameter inverted: whether a box whose corners are in the wrong order has the area that its numbers multiply to,
    ///   positive if both are; else it has none.
    func iou(_ other: Box, inverted: Bool) -> Double {
        func area(_ box: Box) -> Double {
            let (width, height) = (box.x2 - box.x1, box.y2 - box.y1)
            return inverted ? width * height : max(0, width) * max(0, height)
        }
        let shared = overlap(other)
        let union = area(self) + area(other) - shared
        return union == 0 || (union < 0 && !inverted) ? 0 : shared / union
    }
}
