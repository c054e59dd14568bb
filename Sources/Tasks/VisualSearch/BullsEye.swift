package import Settings

/// A target of concentric rings, alternately in a colour and in its complement.
///
/// If both cover the same area, the target averages to grey, so that its colour is lost when the image is strongly
/// downscaled. Three rings with outer areas 1 : 3 : 4 also have a zero second moment.
package struct BullsEye: Hashable, Sendable, Codable {
    @Setting("Radius of the innermost disc, in pixels of the canvas.", .above(0)) package var radius = 1.0
    @Setting(
        "Area up to the outer edge of each ring, relative to the innermost disc. The first ring has the colour, the second its complement, and so on."
    )
    package var areas: [Double] = [1]

    package init(radius: Double, areas: [Double]) {
        self.radius = radius
        self.areas = areas
    }

    /// Radius of the whole target.
    package var outerRadius: Double { radius * (areas.last ?? 0).squareRoot() }
}

/// The coverage of each pixel around the centre of an object by the rings, in 256ths.
struct BullsEyeStencil: Sendable {
    /// The coverage of a pixel by the colour and by its complement.
    struct Coverage: Hashable, Sendable {
        var colour: Int32 = 0
        var complement: Int32 = 0
    }

    /// Pixels along a side.
    let side: Int
    /// Row-major, `side` x `side`.
    let coverage: [Coverage]

    /// The centre is that of a pixel if `centredOnPixel`, else a pixel corner.
    ///
    /// Each pixel is divided into 16 x 16 parts. The parts nearest to the centre belong to the innermost disc, the next ones
    /// to the ring around it; they are assigned by count, so that the area ratios are exact.
    init(_ bullsEye: BullsEye, centredOnPixel: Bool) {
        let reach = Int(bullsEye.outerRadius.rounded(.up)) + 1
        let side = 2 * reach + (centredOnPixel ? 1 : 0)
        // Distances from the centre are integers in units of 1/32 px.
        var parts: [(distance: Int, pixel: Int)] = []
        for row in 0..<side * 16 {
            for column in 0..<side * 16 {
                let (x, y) = (2 * column + 1 - 16 * side, 2 * row + 1 - 16 * side)
                parts.append((x * x + y * y, row / 16 * side + column / 16))
            }
        }
        parts.sort { ($0.distance, $0.pixel) < ($1.distance, $1.pixel) }
        let disc = (Double.pi * bullsEye.radius * bullsEye.radius * 256).rounded()
        var coverage = [Coverage](repeating: Coverage(), count: side * side)
        var start = 0
        for (index, area) in bullsEye.areas.enumerated() {
            let end = min(Int((disc * area).rounded()), parts.count)
            for part in parts[start..<max(start, end)] {
                if index.isMultiple(of: 2) {
                    coverage[part.pixel].colour += 1
                } else {
                    coverage[part.pixel].complement += 1
                }
            }
            start = max(start, end)
        }
        self.side = side
        self.coverage = coverage
    }
}
