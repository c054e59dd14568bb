import Agent
package import Foundation
import Synchronization

/// The questions of a JSONL file, read where they are asked for: memory does not grow with the file.
///
/// A row that cannot be used is left out, and the one after it stands in its place; ``badRows`` lists what was found so
/// far. Too many of them stop the run.
package final class ExampleFile: ExampleSource {
    /// A row that is left out.
    package struct BadRow: Hashable, Sendable {
        /// Line of the file, counted from 1.
        package let line: Int
        package let problem: String
    }

    private let lines: JSONLines
    private let toleratedShare: Double
    private let bad = Mutex<[Int: BadRow]>([:])

    /// - Parameters:
    ///   - url: of the file.
    ///   - toleratedShare: share of rows that may be bad before ``example(at:)`` throws.
    /// - Throws: ``ExampleFileError`` if the file cannot be read or holds nothing.
    package init(_ url: URL, toleratedShare: Double = 0.01) throws {
        self.toleratedShare = toleratedShare
        do { lines = try JSONLines(url) } catch let error as RowError {
            throw ExampleFileError(path: url.path, problem: error.problem)
        }
    }

    package var path: String { lines.url.path }
    package var count: Int? { lines.count }

    /// What could not be used of the rows asked for so far, in the order of the file.
    package var badRows: [BadRow] { bad.withLock { $0.values.sorted { $0.line < $1.line } } }

    package func example(at index: Int) throws -> Example {
        for offset in 0..<lines.count {
            let row = (index + offset) % lines.count
            if bad.withLock({ $0[row] != nil }) { continue }
            do { return try read(row) } catch { try leaveOut(row, "\(error)") }
        }
        throw ExampleFileError(path: path, problem: "no row can be used")
    }

    private func read(_ index: Int) throws -> Example {
        try lines.row(index, as: ExampleRow.self).example(
            named: "\(lines.url.lastPathComponent):\(lines.lineNumber(of: index))",
            in: lines.url.deletingLastPathComponent())
    }

    /// - Throws: ``ExampleFileError`` if there are more than are tolerated.
    private func leaveOut(_ row: Int, _ problem: String) throws {
        let all = bad.withLock { bad in
            bad[row] = BadRow(line: lines.lineNumber(of: row), problem: problem)
            return bad.count
        }
        guard Double(all) > max(1, toleratedShare * Double(lines.count)) else { return }
        let shown = badRows.prefix(5).map { "line \($0.line): \($0.problem)" }.joined(separator: "; ")
        throw ExampleFileError(
            path: path,
            problem: "\(all) of \(lines.count) rows cannot be used, more than are tolerated: \(shown)")
    }
}

/// A file of examples that cannot be used.
package struct ExampleFileError: Error, Hashable, CustomStringConvertible {
    package let path: String
    package let problem: String

    package var description: String { "\(path): \(problem)" }
}
