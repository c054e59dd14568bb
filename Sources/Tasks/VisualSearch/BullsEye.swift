/// A target of concentric rings, alternately in a colour and in its complement.
///
/// Where the rings of either kind cover the same area, the target averages to grey, so that its colour is lost
/// when the image is made much smaller. Three rings with outer areas 1 : 3 : 4 also have no second moment.
package struct BullsEye: Hashable, Sendable, Codable {
    /// Radius of the innermost disc, in pixels of the canvas.
    package var radius: Double
    /// Areas out to the edge of each ring, the innermost disc being 1; the first ring has the colour, the
    /// second its complement, and so on.
    package var areas: [Double]

    package init(radius: Double, areas: [Double]) {
        self.radius = radius
        self.areas = areas
    }

    /// Radius of the whole target.
    package var outerRadius: Double { radius * (areas.last ?? 0).squareRoot() }
}

/// How much of each pixel around the centre of an object the rings cover, in parts of 256.
struct BullsEyeStencil: Sendable {
    /// Parts of a pixel in the colour and in its complement.
    struct Coverage: Hashable, Sendable {
        var colour: Int32 = 0
        var complement: Int32 = 0
    }

    /// Pixels along a side.
    let side: Int
    /// Row by row; `side` x `side`.
    let coverage: [Coverage]

    /// The centre is that of a pixel, or else a corner of one.
    ///
    /// Pixels are divided 16 x 16; the parts nearest to the centre go to the innermost disc, the next ones to the
    /// ring around it, by number, so that areas are in the proportion asked for exactly.
    init(_ bullsEye: BullsEye, centredOnPixel: Bool) {
        let reach = Int(bullsEye.outerRadius.rounded(.up)) + 1
        let side = 2 * reach + (centredOnPixel ? 1 : 0)
        // Distances in 1/32 px from the centre are whole numbers.
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
