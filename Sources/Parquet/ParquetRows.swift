import Synchronization

/// The rows of a file in any order, in bounded memory.
///
/// A file is read by stretches: rows that follow each other within a row group and take about as many bytes. A stretch
/// is reached by reading its row group up to it, since pages cannot be entered in the middle; stretches on the way are
/// kept for those who ask next, as is where reading has come to. So rows are cheap in any order that asks for the
/// stretches of a row group roughly one after the other, and are right in every order.
package final class ParquetRows: Sendable {
    package let file: ParquetFile
    /// Rows of the file that are read together. [row group][stretch]
    package let stretches: [[Range<Int>]]
    private let contents: Mutex<Contents>

    /// - Parameters:
    ///   - file: whose rows are read.
    ///   - stretchBytes: that a stretch takes about, uncompressed.
    ///   - cachedBytes: that stretches in memory take together; one is kept whatever its size.
    package init(_ file: ParquetFile, stretchBytes: Int = 8 << 20, cachedBytes: Int = 192 << 20) {
        self.file = file
        stretches = file.rowGroups.map { Self.stretches(of: $0, bytes: stretchBytes) }
        contents = Mutex(Contents(file: file, byteLimit: cachedBytes))
    }

    package var count: Int { file.rowCount }

    /// The row of that index, counted from 0.
    ///
    /// - Throws: ``ColumnError`` for a row whose values contradict themselves; ``ParquetError`` where the file is damaged.
    package func row(_ index: Int) throws -> Row {
        let group = Self.place(of: index, in: stretches) { $0.last?.upperBound ?? 0 }
        let stretch = Self.place(of: index, in: stretches[group]) { $0.upperBound }
        return try contents.withLock { contents in
            let rows = try contents.stretch(stretch, of: group, in: stretches[group])
            return try rows.row(index - stretches[group][stretch].lowerBound)
        }
    }

    private static func stretches(of group: ParquetFile.RowGroup, bytes: Int) -> [Range<Int>] {
        guard !group.rows.isEmpty else { return [] }
        let rowBytes = max(1, group.byteCount / group.rows.count)
        let rowCount = min(max(1, bytes / rowBytes), group.rows.count)
        return stride(from: group.rows.lowerBound, to: group.rows.upperBound, by: rowCount).map {
            $0..<min($0 + rowCount, group.rows.upperBound)
        }
    }

    /// The first of the parts that ends behind `row`, by bisection.
    private static func place<Part>(of row: Int, in parts: [Part], end: (Part) -> Int) -> Int {
        var (low, high) = (0, parts.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if end(parts[middle]) > row { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// Stretches in memory, and where reading has come to in each row group that was not read to its end.
private struct Contents: ~Copyable {
    private struct Key: Hashable {
        let group: Int
        let stretch: Int
    }

    private struct Kept {
        let rows: Stretch
        var lastUse: Int
    }

    private struct Progress {
        let cursor: ParquetCursor
        /// The stretch that comes next.
        var next: Int
        var lastUse: Int
    }

    private static let cursorLimit = 2

    let file: ParquetFile
    let byteLimit: Int
    private var kept: [Key: Kept] = [:]
    private var byteCount = 0
    private var cursors: [Int: Progress] = [:]
    private var clock = 0

    init(file: ParquetFile, byteLimit: Int) {
        self.file = file
        self.byteLimit = byteLimit
    }

    /// A stretch of a row group, whose stretches are `ranges`.
    mutating func stretch(_ wanted: Int, of group: Int, in ranges: [Range<Int>]) throws -> Stretch {
        clock += 1
        let key = Key(group: group, stretch: wanted)
        if let found = kept[key] {
            kept[key]?.lastUse = clock
            return found.rows
        }
        // Without it while it is read: a cursor that has failed is not used again.
        var progress =
            try cursors.removeValue(forKey: group).flatMap { $0.next <= wanted ? $0 : nil }
            ?? Progress(
                cursor: file.cursor(rowGroup: group, rowsPerBatch: ranges[0].count), next: 0, lastUse: 0)
        while true {
            let rows = try Stretch(
                reading: ranges[progress.next].count, from: progress.cursor, path: file.path)
            keep(rows, Key(group: group, stretch: progress.next))
            progress.next += 1
            guard progress.next > wanted else { continue }
            if progress.next < ranges.count { remember(progress, of: group) }
            return rows
        }
    }

    private mutating func remember(_ progress: Progress, of group: Int) {
        cursors[group] = progress
        cursors[group]?.lastUse = clock
        guard cursors.count > Self.cursorLimit else { return }
        let oldest = cursors.min { $0.value.lastUse < $1.value.lastUse }
        if let oldest { cursors[oldest.key] = nil }
    }

    private mutating func keep(_ rows: Stretch, _ key: Key) {
        clock += 1
        byteCount += rows.byteCount - (kept[key]?.rows.byteCount ?? 0)
        kept[key] = Kept(rows: rows, lastUse: clock)
        while byteCount > byteLimit, kept.count > 1,
            let oldest = kept.min(by: { $0.value.lastUse < $1.value.lastUse })
        {
            byteCount -= oldest.value.rows.byteCount
            kept[oldest.key] = nil
        }
    }
}

/// Rows that were read together, in the batches that they came in.
private struct Stretch {
    private let batches: [ParquetBatch]
    let byteCount: Int

    init(reading rowCount: Int, from cursor: ParquetCursor, path: String) throws(ParquetError) {
        var batches: [ParquetBatch] = []
        var missing = rowCount
        while missing > 0 {
            let batch = try cursor.next()
            guard batch.rowCount > 0, batch.rowCount <= missing else {
                throw ParquetError(path: path, problem: "a row group holds other rows than it says")
            }
            missing -= batch.rowCount
            batches.append(batch)
        }
        self.batches = batches
        byteCount = batches.reduce(0) { $0 + Int($1.byteCount) }
    }

    func row(_ index: Int) throws(ColumnError) -> Row {
        var index = index
        for batch in batches {
            if index < batch.rowCount { return try batch.row(index) }
            index -= batch.rowCount
        }
        throw ColumnError(problem: "a row lies outside of its file")
    }
}
