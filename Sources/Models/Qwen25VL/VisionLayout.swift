package import Torch

/// The order of the patches of several images in the vision encoder, and their attention segments.
///
/// Attention windows are squares of merged tokens (4 x 4, smaller at the right and lower edges). Patches are in window
/// order, so that both windows and whole images are contiguous. The order is reversed after merging. It is the same as in
/// transformers' `get_vision_window_index`.
package struct VisionLayout: Hashable, Sendable {
    /// For each position in window order, the index of its token over all images.
    package private(set) var order: [Int] = []  // [token]
    /// Row and column of each patch within its image, in window order.
    package private(set) var rows: [Int32] = []  // [patch]
    package private(set) var columns: [Int32] = []  // [patch]
    /// The range of patches of each window.
    package private(set) var windows: [AttentionSegment] = []
    /// The range of patches of each image.
    package private(set) var images: [AttentionSegment] = []

    package var patchCount: Int { rows.count }

    /// The layout of images with these patch grids.
    package init(grids: [PatchGrid], configuration: VisionConfiguration) {
        for grid in grids {
            images.append(AttentionSegment(start: rows.count, count: grid.count))
            append(grid.merged(by: configuration.mergeSize), configuration)
        }
    }

    /// Reorders the values of each image [token, squareLength] to window order.
    func arranged(_ values: [[Float]], squareLength: Int) -> [Float] {
        var result: [Float] = []
        result.reserveCapacity(order.count * squareLength)
        var first = 0
        for values in values {
            let tokenCount = values.count / squareLength
            for token in order[first..<first + tokenCount] {
                let start = (token - first) * squareLength
                result += values[start..<start + squareLength]
            }
            first += tokenCount
        }
        return result
    }

    /// Appends the windows of an image of `grid` tokens.
    private mutating func append(_ grid: PatchGrid, _ configuration: VisionConfiguration) {
        let (merge, side) = (configuration.mergeSize, configuration.windowSide)
        let first = order.count
        for top in stride(from: 0, to: grid.rows, by: side) {
            for left in stride(from: 0, to: grid.columns, by: side) {
                let (bottom, right) = (min(top + side, grid.rows), min(left + side, grid.columns))
                let count = (bottom - top) * (right - left) * merge * merge
                windows.append(AttentionSegment(start: rows.count, count: count))
                for row in top..<bottom {
                    for column in left..<right {
                        order.append(first + row * grid.columns + column)
                        for y in 0..<merge {
                            for x in 0..<merge {
                                rows.append(Int32(row * merge + y))
                                columns.append(Int32(column * merge + x))
                            }
                        }
                    }
                }
            }
        }
    }
}
