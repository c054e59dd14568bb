/// Rows and columns of patches, or of the tokens they merge into.
package struct PatchGrid: Hashable, Sendable {
    package let rows: Int
    package let columns: Int

    package init(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
    }

    package var count: Int { rows * columns }

    /// The grid of tokens when squares of `side` x `side` patches become one.
    package func merged(by side: Int) -> PatchGrid {
        PatchGrid(rows: rows / side, columns: columns / side)
    }
}

/// An image as the vision encoder takes it.
package struct ImagePatches: Hashable, Sendable {
    /// How many patches the image has each way; multiples of the merge size.
    package let grid: PatchGrid
    /// Normalised pixels, [patch, channel, y, x]. Patches are in the reference order: squares that become one
    /// token row by row, and the patches of a square row by row.
    ///
    /// The reference repeats each channel for every frame of a patch; a still image has the same pixels in all
    /// of them, so they are kept once here.
    package let values: [Float]

    package init(grid: PatchGrid, values: [Float]) {
        self.grid = grid
        self.values = values
    }
}
