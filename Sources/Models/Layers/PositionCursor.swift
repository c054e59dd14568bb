/// Multimodal rotary positions of consecutive tokens; one array [token] for each axis.
package struct TokenPositions: Hashable, Sendable {
    package private(set) var temporal: [Int32] = []
    package private(set) var height: [Int32] = []
    package private(set) var width: [Int32] = []

    package init() {}

    fileprivate mutating func append(temporal: Int32, height: Int32, width: Int32) {
        self.temporal.append(temporal)
        self.height.append(height)
        self.width.append(width)
    }
}

/// The rotary position of the next token of a sequence; advances over text and images in order.
///
/// A text token advances all three axes by one. The tokens of an image have the rows and columns of its grid as
/// positions, relative to the cursor. The token after an image is positioned after the grid's longer side. The positions are the
/// same as those of transformers' `get_rope_index` for the whole sequence, however it is divided.
package struct PositionCursor: Hashable, Sendable {
    /// The position of the next text token, on all axes.
    package private(set) var next: Int32

    package init(next: Int32 = 0) { self.next = next }

    /// The position after the first `count` tokens of a sequence.
    ///
    /// - Parameters:
    ///   - count: the number of tokens, including placeholders.
    ///   - images: the token grids of the images among them; each image is complete.
    package init(afterTokens count: Int, images: [PatchGrid]) {
        next = Int32(images.reduce(count) { $0 - $1.count + max($1.rows, $1.columns) })
    }

    /// Advances over `count` text tokens.
    package mutating func advance(overText count: Int, writing positions: inout TokenPositions) {
        for position in next..<next + Int32(count) {
            positions.append(temporal: position, height: position, width: position)
        }
        next += Int32(count)
    }

    /// Advances over a still image with a `grid` of tokens (merged patches).
    package mutating func advance(overImage grid: PatchGrid, writing positions: inout TokenPositions) {
        for row in 0..<Int32(grid.rows) {
            for column in 0..<Int32(grid.columns) {
                positions.append(temporal: next, height: next + row, width: next + column)
            }
        }
        next += Int32(max(grid.rows, grid.columns))
    }
}
