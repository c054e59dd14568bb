/// Multimodal rotary positions of consecutive tokens, one list for each axis, [token].
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

/// Where the next token of a sequence stands; walks over text and images in the order of the sequence.
///
/// A text token advances all three axes by one. The tokens of an image take the rows and columns of its grid,
/// counted from the cursor; what follows starts after the longer side. Walking over a sequence in pieces gives
/// the same positions as transformers' `get_rope_index` on the whole.
package struct PositionCursor: Hashable, Sendable {
    /// The position of the next text token, on all axes.
    package private(set) var next: Int32

    package init(next: Int32 = 0) { self.next = next }

    /// Behind the first `count` tokens of a sequence, placeholders of images among them.
    ///
    /// - Parameters:
    ///   - count: number of tokens.
    ///   - images: grids of those among them, each of them whole.
    package init(afterTokens count: Int, images: [PatchGrid]) {
        next = Int32(images.reduce(count) { $0 - $1.count + max($1.rows, $1.columns) })
    }

    /// Walks over `count` text tokens.
    package mutating func advance(overText count: Int, writing positions: inout TokenPositions) {
        for position in next..<next + Int32(count) {
            positions.append(temporal: position, height: position, width: position)
        }
        next += Int32(count)
    }

    /// Walks over a still image of `grid` tokens, that is, merged patches.
    package mutating func advance(overImage grid: PatchGrid, writing positions: inout TokenPositions) {
        for row in 0..<Int32(grid.rows) {
            for column in 0..<Int32(grid.columns) {
                positions.append(temporal: next, height: next + row, width: next + column)
            }
        }
        next += Int32(max(grid.rows, grid.columns))
    }
}
