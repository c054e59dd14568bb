/// Rows and columns of patches, or of the tokens they merge into.
package struct PatchGrid: Hashable, Sendable {
    package let rows: Int
    package let columns: Int

    package init(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
    }

    package var count: Int { rows * columns }

    /// The token grid after merging squares of `side` x `side` patches.
    package func merged(by side: Int) -> PatchGrid {
        PatchGrid(rows: rows / side, columns: columns / side)
    }
}

/// The patches of an image, input of the vision encoder.
package struct ImagePatches: Hashable, Sendable {
    /// Rows and columns of patches; multiples of the merge size.
    package let grid: PatchGrid
    /// Normalised pixels, [patch, channel, y, x].
    ///
    /// Patches are in the order of the reference: the squares that merge into tokens row by row, and the patches of a
    /// square row by row. The reference repeats each channel for every frame of a patch. The frames of a still image are
    /// identical, so they are stored once here.
    package let values: [Float]

    package init(grid: PatchGrid, values: [Float]) {
        self.grid = grid
        self.values = values
    }
}
