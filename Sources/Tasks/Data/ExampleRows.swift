import Agent
package import CounterRandom
import Synchronization

/// The questions of a file, read on demand: memory use does not depend on the size of the file.
///
/// A bad row is skipped and replaced by the next one; ``badRows`` lists those found so far. Too many bad rows are an error.
/// Images are decoded once when their row is read, so that a damaged image is found here and not during a rollout.
package final class ExampleRows: ExampleSource {
    package typealias Check = @Sendable (Example) throws -> Void

    package let file: any RowFile
    /// The rows to use, in ascending order; nil for all.
    private let rows: [Int]?
    private let toleratedBadFraction: Double
    private let check: Check
    private let bad = Mutex<[Int: BadRow]>([:])

    /// - Parameters:
    ///   - file: the file.
    ///   - rows: the rows to use, in ascending order; nil for all.
    ///   - toleratedBadFraction: the fraction of rows that may be bad before ``example(at:)`` throws.
    ///   - check: an additional check that throws for a bad example, such as one with an image that the model does not
    ///     support.
    package init(
        _ file: any RowFile, rows: [Int]? = nil, toleratedBadFraction: Double = 0.01,
        check: @escaping Check = { _ in }
    ) {
        self.file = file
        self.rows = rows
        self.toleratedBadFraction = toleratedBadFraction
        self.check = check
    }

    package var path: String { file.path }
    package var count: Int? { rowCount }
    private var rowCount: Int { rows?.count ?? file.count }

    package func order(by random: CounterRandom) -> [Int32] {
        let order = file.order(by: random)
        guard let rows else { return order }
        let positions = Dictionary(uniqueKeysWithValues: rows.enumerated().map { (Int32($1), Int32($0)) })
        return order.compactMap { positions[$0] }
    }

    /// The bad rows among those read so far, in file order.
    package var badRows: [BadRow] { bad.withLock { $0.values.sorted { $0.number < $1.number } } }

    /// The keys without effect in the rows read so far.
    package var unreadKeys: [UnreadKey] { file.unreadKeys }

    /// - Throws: ``ExampleFileError`` if more rows are bad than tolerated, or if the file itself is damaged.
    package func example(at index: Int) throws -> Example {
        for offset in 0..<rowCount {
            let position = (index + offset) % rowCount
            let row = rows?[position] ?? position
            if bad.withLock({ $0[row] != nil }) { continue }
            if let example = try usable(row) { return example }
        }
        throw ExampleFileError(path: path, problem: "no row can be used: \(reasons)")
    }

    /// Reads up to `count` rows, spread evenly, so that unusable data are refused before any work.
    ///
    /// - Throws: ``ExampleFileError`` with the reasons if none of them can be used; the same errors as ``example(at:)``.
    package func checkSample(of count: Int = 64) throws {
        guard rowCount > 0 else { return }
        let sampleCount = min(count, rowCount)
        let sample = (0..<sampleCount).map { $0 * rowCount / sampleCount }
        var usableCount = 0
        for position in sample where try read(rows?[position] ?? position) != nil { usableCount += 1 }
        guard usableCount == 0 else { return try checkTolerance() }
        let tried = sampleCount == rowCount ? "no row" : "none of \(sampleCount) rows read first"
        throw ExampleFileError(path: path, problem: "\(tried) can be used: \(reasons)")
    }

    /// The most frequent problems so far.
    private var reasons: String {
        let groups = BadRowGroup.all(of: badRows)
        let more = groups.count > 3 ? "; and \(groups.count - 3) more problems" : ""
        return groups.prefix(3).map { $0.text(at: "\(file.unit) ") }.joined(separator: "; ") + more
    }

    /// The example in exactly this row of the file; nil if the row is bad, which is recorded in ``badRows``.
    ///
    /// - Throws: the same errors as ``example(at:)``.
    package func usable(_ row: Int) throws -> Example? {
        let example = try read(row)
        if example == nil { try checkTolerance() }
        return example
    }

    private func read(_ row: Int) throws -> Example? {
        do {
            let example = try file.example(at: row)
            for image in example.images { _ = try image.pixels(region: image.bounds) }
            try check(example)
            return example
        } catch let error as ExampleFileError {
            throw error
        } catch {
            bad.withLock { $0[row] = BadRow(number: file.number(of: row), problem: "\(error)") }
            return nil
        }
    }

    private func checkTolerance() throws(ExampleFileError) {
        let count = bad.withLock(\.count)
        guard Double(count) > max(1, toleratedBadFraction * Double(rowCount)) else { return }
        throw ExampleFileError(
            path: path,
            problem: "\(count) of \(rowCount) rows cannot be used, more than tolerated: \(reasons)")
    }
}
