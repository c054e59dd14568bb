import Synchronization

/// Random access to the rows of a file, in bounded memory.
///
/// A file is read in stretches: consecutive rows of a row group with about the same size in bytes. To reach a stretch, its row
/// group is read from the start or from the current position, since pages cannot be entered in the middle; stretches on the way
/// and the read position are cached. Every order works, and orders that visit the stretches of a row group roughly in sequence
/// are efficient.
package final class ParquetRows: Sendable {
    package let file: ParquetFile
    /// Ranges of rows that are read together. [row group][stretch]
    package let stretches: [[Range<Int>]]
    private let contents: Mutex<Contents>

    /// - Parameters:
    ///   - file: the file.
    ///   - stretchBytes: approximate uncompressed size of a stretch.
    ///   - cachedBytes: limit for cached stretches; at least one is always cached.
    package init(_ file: ParquetFile, stretchBytes: Int = 8 << 20, cachedBytes: Int = 192 << 20) {
        self.file = file
        stretches = file.rowGroups.map { Self.stretches(of: $0, bytes: stretchBytes) }
        contents = Mutex(Contents(file: file, byteLimit: cachedBytes))
    }

    package var count: Int { file.rowCount }

    /// The row at a 0-based index.
    ///
    /// - Throws: ``ColumnError`` for a row with inconsistent values; ``ParquetError`` if the file is damaged.
    package func row(_ index: Int) throws -> Row {
        let group = Self.firstIndex(covering: index, in: stretches) { $0.last?.upperBound ?? 0 }
        let stretch = Self.firstIndex(covering: index, in: stretches[group]) { $0.upperBound }
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

    /// The index of the first part that ends after `row`, by bisection.
    private static func firstIndex<Part>(covering row: Int, in parts: [Part], end: (Part) -> Int) -> Int {
        var (low, high) = (0, parts.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if end(parts[middle]) > row { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// The cached stretches, and the read position in each row group that was not read to its end.
private struct Contents: ~Copyable {
    private struct Key: Hashable {
        let group: Int
        let stretch: Int
    }

    private struct Cached {
        let rows: Stretch
        var lastUse: Int
    }

    private struct Progress {
        let cursor: ParquetCursor
        /// The next stretch.
        var next: Int
        var lastUse: Int
    }

    private static let cursorLimit = 2

    let file: ParquetFile
    let byteLimit: Int
    private var cached: [Key: Cached] = [:]
    private var byteCount = 0
    private var cursors: [Int: Progress] = [:]
    private var clock = 0

    init(file: ParquetFile, byteLimit: Int) {
        self.file = file
        self.byteLimit = byteLimit
    }

    /// A stretch of a row group; `ranges` are all stretches of the group.
    mutating func stretch(_ wanted: Int, of group: Int, in ranges: [Range<Int>]) throws -> Stretch {
        clock += 1
        let key = Key(group: group, stretch: wanted)
        if let found = cached[key] {
            cached[key]?.lastUse = clock
            return found.rows
        }
        // Removed while reading, so that a cursor that has failed is not reused.
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
        byteCount += rows.byteCount - (cached[key]?.rows.byteCount ?? 0)
        cached[key] = Cached(rows: rows, lastUse: clock)
        while byteCount > byteLimit, cached.count > 1,
            let oldest = cached.min(by: { $0.value.lastUse < $1.value.lastUse })
        {
            byteCount -= oldest.value.rows.byteCount
            cached[oldest.key] = nil
        }
    }
}

/// Rows that were read together, as batches.
private struct Stretch {
    private let batches: [ParquetBatch]
    let byteCount: Int

    init(reading rowCount: Int, from cursor: ParquetCursor, path: String) throws(ParquetError) {
        var batches: [ParquetBatch] = []
        var missing = rowCount
        while missing > 0 {
            let batch = try cursor.next()
            guard batch.rowCount > 0, batch.rowCount <= missing else {
                throw ParquetError(path: path, problem: "a row group does not have as many rows as declared")
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
        throw ColumnError(problem: "a row is outside its file")
    }
}
