import Agent
package import CounterRandom
import Synchronization

/// The questions of a file, read on demand: memory use does not depend on the size of the file.
///
/// A bad row is skipped and replaced by the next one; ``badRows`` lists those found so far. Too many bad rows are an error.
/// Images are decoded once when their row is read, so that a damaged image is found here and not during a rollout.
package final class ExampleRows: ExampleSource {
    /// A row that is skipped.
    package struct BadRow: Hashable, Sendable {
        /// The 1-based line or row of the file.
        package let number: Int
        package let problem: String
    }

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

    /// - Throws: ``ExampleFileError`` if more rows are bad than tolerated, or if the file itself is damaged.
    package func example(at index: Int) throws -> Example {
        for offset in 0..<rowCount {
            let position = (index + offset) % rowCount
            let row = rows?[position] ?? position
            if bad.withLock({ $0[row] != nil }) { continue }
            if let example = try usable(row) { return example }
        }
        throw ExampleFileError(path: path, problem: "no row can be used")
    }

    /// The example in exactly this row of the file; nil if the row is bad, which is recorded in ``badRows``.
    ///
    /// - Throws: the same errors as ``example(at:)``.
    package func usable(_ row: Int) throws -> Example? {
        do {
            let example = try file.example(at: row)
            for image in example.images { _ = try image.pixels(region: image.bounds) }
            try check(example)
            return example
        } catch let error as ExampleFileError {
            throw error
        } catch {
            try recordBad(row, "\(error)")
            return nil
        }
    }

    private func recordBad(_ row: Int, _ problem: String) throws(ExampleFileError) {
        let all = bad.withLock { bad in
            bad[row] = BadRow(number: file.number(of: row), problem: problem)
            return bad.count
        }
        guard Double(all) > max(1, toleratedBadFraction * Double(rowCount)) else { return }
        let shown = badRows.prefix(5).map { "\(file.unit) \($0.number): \($0.problem)" }
        throw ExampleFileError(
            path: path,
            problem: "\(all) of \(rowCount) rows cannot be used, more than tolerated: "
                + shown.joined(separator: "; "))
    }
}
