/// The outline of an object; every shape touches all four sides of its square.
package enum Shape: String, Hashable, Sendable, Codable, CaseIterable {
    case circle, square, triangle, diamond, star, cross

    /// Half the width of the arms of a cross, in half sides.
    private static let crossArm = 0.36

    /// Corners of a five-pointed star stretched to the square, clockwise from the top.
    private static let starCorners: [(x: Double, y: Double)] = [
        (0, -1), (0.3090, -0.3416), (1, -0.2361), (0.5, 0.2764), (0.6180, 1), (0, 0.6584), (-0.6180, 1),
        (-0.5, 0.2764), (-1, -0.2361), (-0.3090, -0.3416),
    ]

    /// The intervals that the shape covers on the horizontal line at `y`; the square extends from -1 (top) to 1 (bottom).
    func spans(at y: Double) -> [ClosedRange<Double>] {
        switch self {
        case .circle: Shape.symmetric((1 - y * y).squareRoot())
        case .square: Shape.symmetric(1)
        case .triangle: Shape.symmetric((y + 1) / 2)
        case .diamond: Shape.symmetric(1 - abs(y))
        case .cross: Shape.symmetric(abs(y) <= Shape.crossArm ? 1 : Shape.crossArm)
        case .star: Shape.starSpans(at: y)
        }
    }

    private static func symmetric(_ half: Double) -> [ClosedRange<Double>] {
        half > 0 ? [-half...half] : []
    }

    private static func starSpans(at y: Double) -> [ClosedRange<Double>] {
        var crossings: [Double] = []
        var previous = starCorners[starCorners.count - 1]
        for corner in starCorners {
            if (corner.y > y) != (previous.y > y) {
                let slope = (previous.x - corner.x) / (previous.y - corner.y)
                crossings.append(corner.x + slope * (y - corner.y))
            }
            previous = corner
        }
        crossings.sort()
        return stride(from: 0, to: crossings.count - 1, by: 2).map { crossings[$0]...crossings[$0 + 1] }
    }
}
