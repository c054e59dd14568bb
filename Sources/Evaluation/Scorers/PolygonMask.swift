import Imaging

/// A label mask, rasterized as OpenCV's `polylines` and `fillPoly` do: the outline is part of a polygon.
struct PolygonMask: Hashable, Sendable {
    let width: Int
    let height: Int
    /// Row-major. [y * width + x]
    private(set) var values: [UInt8]

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        values = Array(repeating: 0, count: width * height)
    }

    /// Fills the polygon through `points`, whose coordinates are truncated to integers.
    mutating func fill(_ points: [(x: Double, y: Double)], with value: UInt8) {
        let corners = points.map { (x: Self.whole($0.x), y: Self.whole($0.y)) }
        for (index, corner) in corners.enumerated() {
            draw(from: corners[index == 0 ? corners.count - 1 : index - 1], to: corner, value)
        }
        for y in max(0, corners.map(\.y).min() ?? 0)..<min(height, (corners.map(\.y).max() ?? -1) + 1) {
            let crossings = crossings(of: corners, at: y)
            for index in stride(from: 0, to: crossings.count - 1, by: 2) {
                set(from: rounded(crossings[index]), through: rounded(crossings[index + 1]), in: y, value)
            }
        }
    }

    /// Fills the pixels whose centres are in the box.
    mutating func fill(_ box: Rectangle, with value: UInt8) {
        func edge(_ position: Double, _ limit: Int) -> Int {
            Int(max(0, min(Double(limit), (position - 0.5).rounded(.up))))
        }
        let columns = edge(box.x1, width)..<max(edge(box.x1, width), edge(box.x2, width))
        for y in edge(box.y1, height)..<max(edge(box.y1, height), edge(box.y2, height)) {
            for x in columns { values[y * width + x] = value }
        }
    }

    /// Truncates a coordinate. Clamped, because files contain values that overflow integers; far outside the image the exact
    /// value does not matter.
    private static func whole(_ position: Double) -> Int { Int(min(max(position, -1e5), 1e5)) }

    /// Rounds from 65,536ths of a pixel, OpenCV's fixed-point unit.
    private func rounded(_ x: Int) -> Int { (x + 1 << 15) >> 16 }

    /// The x coordinates where edges cross the centre of a row, in 65,536ths of a pixel.
    private func crossings(of corners: [(x: Int, y: Int)], at y: Int) -> [Int] {
        corners.indices.compactMap { index in
            let (a, b) = (corners[index == 0 ? corners.count - 1 : index - 1], corners[index])
            guard a.y != b.y, min(a.y, b.y) <= y, y < max(a.y, b.y) else { return nil }
            let top = a.y < b.y ? a : b
            return top.x << 16 + ((b.x - a.x) << 16) / (b.y - a.y) * (y - top.y)
        }.sorted()
    }

    private mutating func set(from first: Int, through last: Int, in y: Int, _ value: UInt8) {
        guard (0..<height).contains(y), first <= last, first < width, last >= 0 else { return }
        for x in max(0, first)...min(width - 1, last) { values[y * width + x] = value }
    }

    /// Draws a one-pixel line with Bresenham's algorithm, from left to right.
    private mutating func draw(from start: (x: Int, y: Int), to end: (x: Int, y: Int), _ value: UInt8) {
        let (left, right) = start.x <= end.x ? (start, end) : (end, start)
        let (across, down) = (right.x - left.x, abs(right.y - left.y))
        let step = right.y < left.y ? -1 : 1
        let (long, short) = (max(across, down), min(across, down))
        var (x, y, error) = (left.x, left.y, long - 2 * short)
        for _ in 0...long {
            set(from: x, through: x, in: y, value)
            let moves = error < 0
            error += (moves ? 2 * long : 0) - 2 * short
            if down > across {
                (x, y) = (x + (moves ? 1 : 0), y + step)
            } else {
                (x, y) = (x + 1, y + (moves ? step : 0))
            }
        }
    }
}
