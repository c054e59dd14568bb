import Agent
package import CounterRandom
import Synchronization

/// The questions of a file, read where they are asked for: memory does not grow with the file.
///
/// A row that cannot be used is left out, and the one after it stands in its place; ``badRows`` lists what was found so
/// far. Too many of them stop the run. Images are decoded once when their row is asked for, so that a damaged one is
/// found here and not in the middle of a rollout.
package final class ExampleRows: ExampleSource {
    /// A row that is left out.
    package struct BadRow: Hashable, Sendable {
        /// Line or row of the file, counted from 1.
        package let number: Int
        package let problem: String
    }

    package typealias Check = @Sendable (Example) throws -> Void

    package let file: any RowFile
    /// Rows of the file that take part, in ascending order; nil for all.
    private let rows: [Int]?
    private let toleratedShare: Double
    private let check: Check
    private let bad = Mutex<[Int: BadRow]>([:])

    /// - Parameters:
    ///   - file: holds the rows.
    ///   - rows: those that take part, in ascending order; nil for all.
    ///   - toleratedShare: share of rows that may be bad before ``example(at:)`` throws.
    ///   - check: throws for an example that cannot be used for another reason, as one that the model cannot see.
    package init(
        _ file: any RowFile, rows: [Int]? = nil, toleratedShare: Double = 0.01,
        check: @escaping Check = { _ in }
    ) {
        self.file = file
        self.rows = rows
        self.toleratedShare = toleratedShare
        self.check = check
    }

    package var path: String { file.path }
    package var count: Int? { rowCount }
    private var rowCount: Int { rows?.count ?? file.count }

    package func order(by random: CounterRandom) -> [Int32] {
        let order = file.order(by: random)
        guard let rows else { return order }
        let places = Dictionary(uniqueKeysWithValues: rows.enumerated().map { (Int32($1), Int32($0)) })
        return order.compactMap { places[$0] }
    }

    /// What could not be used of the rows asked for so far, in the order of the file.
    package var badRows: [BadRow] { bad.withLock { $0.values.sorted { $0.number < $1.number } } }

    /// - Throws: ``ExampleFileError`` if more rows than are tolerated are bad, or the file itself is damaged.
    package func example(at index: Int) throws -> Example {
        for offset in 0..<rowCount {
            let place = (index + offset) % rowCount
            let row = rows?[place] ?? place
            if bad.withLock({ $0[row] != nil }) { continue }
            if let example = try usable(row) { return example }
        }
        throw ExampleFileError(path: path, problem: "no row can be used")
    }

    /// The example of exactly that row of the file; nil if it is bad, which ``badRows`` then says.
    ///
    /// - Throws: as ``example(at:)``.
    package func usable(_ row: Int) throws -> Example? {
        do {
            let example = try file.example(at: row)
            for image in example.images { _ = try image.pixels(region: image.bounds) }
            try check(example)
            return example
        } catch let error as ExampleFileError {
            throw error
        } catch {
            try leaveOut(row, "\(error)")
            return nil
        }
    }

    private func leaveOut(_ row: Int, _ problem: String) throws(ExampleFileError) {
        let all = bad.withLock { bad in
            bad[row] = BadRow(number: file.number(of: row), problem: problem)
            return bad.count
        }
        guard Double(all) > max(1, toleratedShare * Double(rowCount)) else { return }
        let shown = badRows.prefix(5).map { "\(file.unit) \($0.number): \($0.problem)" }
        throw ExampleFileError(
            path: path,
            problem: "\(all) of \(rowCount) rows cannot be used, more than are tolerated: "
                + shown.joined(separator: "; "))
    }
}
