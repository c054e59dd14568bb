import Agent
import CounterRandom

/// Which rows of a file are kept back from training: a fraction drawn by a seed, the same each time.
package struct HeldOutSplit: Hashable, Sendable {
    /// In ascending order.
    package let training: [Int]
    /// In ascending order.
    package let heldOut: [Int]

    /// - Parameters:
    ///   - count: of rows.
    ///   - fraction: that is kept back, above 0 and below 1; at least one row, and at least one stays, if there are two.
    ///   - seed: of the run.
    ///   - file: number of the file among those of the run.
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

/// The held-out rows of several files in one order, which the seed draws, so that a limit takes some of each.
package struct HeldOutQuestions: ExampleSource {
    private let files: [ExampleRows]
    private let places: [(file: Int, row: Int)]

    /// - Parameters:
    ///   - files: with the rows of each that are held out.
    ///   - seed: of the order.
    package init(_ files: [(file: ExampleRows, rows: [Int])], seed: UInt64) {
        self.files = files.map(\.file)
        var places = files.enumerated().flatMap { index, part in
            part.rows.map { (file: index, row: $0) }
        }
        var random = CounterRandom(seed: seed, 0x6865_6C64, 1)
        random.shuffle(&places)
        self.places = places
    }

    package var count: Int? { places.count }

    /// - Throws: ``RowError`` for a row that cannot be used, and what ``ExampleRows/usable(_:)`` throws.
    package func example(at index: Int) throws -> Example {
        let place = places[index % places.count]
        let file = files[place.file]
        if let example = try file.usable(place.row) { return example }
        let number = file.file.number(of: place.row)
        throw RowError(
            problem: "\(file.path):\(number): "
                + (file.badRows.first { $0.number == number }?.problem ?? "cannot be used"))
    }
}
