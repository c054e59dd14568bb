import Agent
import CounterRandom

/// A split of a file's rows into training and held-out rows, determined by a seed.
package struct HeldOutSplit: Hashable, Sendable {
    /// In ascending order.
    package let training: [Int]
    /// In ascending order.
    package let heldOut: [Int]

    /// - Parameters:
    ///   - count: the number of rows.
    ///   - fraction: the held-out fraction, above 0 and below 1. With two rows or more, each part has at least one.
    ///   - seed: the run's seed.
    ///   - file: the index of the file among the run's files.
    package init(of count: Int, fraction: Double, seed: UInt64, file: Int) {
        let wanted = (fraction * Double(count)).rounded()
        let heldOutCount = max(0, min(count - 1, max(1, Int(wanted))))
        var random = CounterRandom(seed: seed, 0x6865_6C64).child(UInt64(file))
        var rows = Array(0..<count)
        random.shuffle(&rows)
        heldOut = rows.prefix(heldOutCount).sorted()
        training = rows.dropFirst(heldOutCount).sorted()
    }
}

/// The held-out rows of several files, shuffled with a seed, so that a limit selects rows of every file.
package struct HeldOutQuestions: ExampleSource {
    private let files: [ExampleRows]
    private let rows: [(file: Int, row: Int)]

    /// - Parameters:
    ///   - files: the files with their held-out rows.
    ///   - seed: the seed of the order.
    package init(_ files: [(file: ExampleRows, rows: [Int])], seed: UInt64) {
        self.files = files.map(\.file)
        var rows = files.enumerated().flatMap { index, part in
            part.rows.map { (file: index, row: $0) }
        }
        var random = CounterRandom(seed: seed, 0x6865_6C64, 1)
        random.shuffle(&rows)
        self.rows = rows
    }

    package var count: Int? { rows.count }

    /// - Throws: ``RowError`` for a bad row, and errors of ``ExampleRows/usable(_:)``.
    package func example(at index: Int) throws -> Example {
        let row = rows[index % rows.count]
        let file = files[row.file]
        if let example = try file.usable(row.row) { return example }
        let number = file.file.number(of: row.row)
        throw RowError(
            problem: "\(file.path):\(number): "
                + (file.badRows.first { $0.number == number }?.problem ?? "cannot be used"))
    }
}
