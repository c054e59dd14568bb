import Imaging

/// The pixels that labelled polygons cover: smaller polygons lie over larger ones, and what is labelled `ignore` counts for
/// nothing.
struct OutlineMask {
    private enum Cover: UInt8 {
        case nothing, target, ignored
    }

    private let size: ImageSize
    /// [y · width + x]
    private var pixels: [Cover]

    init(_ outlines: [LabelledOutline], size: ImageSize) {
        self.size = size
        pixels = Array(repeating: .nothing, count: size.width * size.height)
        for outline in outlines.sorted(by: { Self.area($0) > Self.area($1) }) where outline.label != "flag" {
            fill(outline.points, with: outline.label == "ignore" ? .ignored : .target)
        }
    }

    /// Pixels whose centre lies inside by the even-odd rule, row by row.
    private mutating func fill(_ points: [[Double]], with cover: Cover) {
        for row in 0..<size.height {
            let y = Double(row) + 0.5
            var crossings: [Double] = []
            for (a, b) in zip(points, points.dropFirst() + points.prefix(1)) where (a[1] > y) != (b[1] > y) {
                crossings.append(a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]))
            }
            crossings.sort()
            for pair in stride(from: 0, to: crossings.count - 1, by: 2) {
                let first = max(0, Int((crossings[pair] - 0.5).rounded(.up)))
                let end = min(size.width, Int((crossings[pair + 1] - 0.5).rounded(.up)))
                for column in first..<max(first, end) { pixels[row * size.width + column] = cover }
            }
        }
    }

    /// Twice what a polygon encloses.
    private static func area(_ outline: LabelledOutline) -> Double {
        let points = outline.points
        return abs(
            zip(points, points.dropFirst() + points.prefix(1)).reduce(0) {
                $0 + $1.0[0] * $1.1[1] - $1.1[0] * $1.0[1]
            })
    }

    /// Pixels that a filled box and the targets both cover, and that one of them covers.
    func overlap(with box: Rectangle) -> (intersection: Double, union: Double) {
        let columns = Self.span(box.x1, box.x2, size.width)
        let rows = Self.span(box.y1, box.y2, size.height)
        var (intersection, union) = (0, 0)
        for row in 0..<size.height {
            for column in 0..<size.width {
                let cover = pixels[row * size.width + column]
                if cover == .ignored { continue }
                let isInside = rows.contains(row) && columns.contains(column)
                if isInside && cover == .target { intersection += 1 }
                if isInside || cover == .target { union += 1 }
            }
        }
        return (Double(intersection), Double(union))
    }

    private static func span(_ start: Double, _ end: Double, _ limit: Int) -> Range<Int> {
        // Models write numbers that no integer holds.
        func clamped(_ value: Double) -> Int { Int(min(max(value.rounded(), 0), Double(limit))) }
        return clamped(start)..<max(clamped(start), clamped(end))
    }
}
