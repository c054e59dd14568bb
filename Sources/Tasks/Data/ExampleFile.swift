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

    private let url: URL
    private let data: Data
    /// Bytes of the lines that hold something, and their numbers. [row]
    private let lines: [(number: Int, bytes: Range<Int>)]
    private let toleratedShare: Double
    private let bad = Mutex<[Int: BadRow]>([:])

    /// - Parameters:
    ///   - url: of the file.
    ///   - toleratedShare: share of rows that may be bad before ``example(at:)`` throws.
    /// - Throws: ``ExampleFileError`` if the file cannot be read or holds nothing.
    package init(_ url: URL, toleratedShare: Double = 0.01) throws {
        self.url = url
        self.toleratedShare = toleratedShare
        do { data = try Data(contentsOf: url, options: .alwaysMapped) } catch {
            throw ExampleFileError(path: url.path, problem: "cannot be read; check the path")
        }
        var lines: [(number: Int, bytes: Range<Int>)] = []
        var start = data.startIndex
        var number = 0
        while start < data.endIndex {
            number += 1
            let end = data[start...].firstIndex(of: UInt8(ascii: "\n")) ?? data.endIndex
            if data[start..<end].contains(where: { $0 > 0x20 }) { lines.append((number, start..<end)) }
            start = end == data.endIndex ? end : end + 1
        }
        guard !lines.isEmpty else {
            throw ExampleFileError(path: url.path, problem: "holds no row; write one JSON object a line")
        }
        self.lines = lines
    }

    package var path: String { url.path }
    package var count: Int? { lines.count }

    /// What could not be used of the rows asked for so far, in the order of the file.
    package var badRows: [BadRow] { bad.withLock { $0.values.sorted { $0.line < $1.line } } }

    package func example(at index: Int) throws -> Example {
        for offset in 0..<lines.count {
            let row = (index + offset) % lines.count
            if bad.withLock({ $0[row] != nil }) { continue }
            do { return try read(row) } catch { try leaveOut(row, "\(error)") }
        }
        throw ExampleFileError(path: url.path, problem: "no row can be used")
    }

    private func read(_ index: Int) throws -> Example {
        let row: ExampleRow
        do {
            row = try JSONDecoder().decode(ExampleRow.self, from: data[lines[index].bytes])
        } catch let error as DecodingError {
            throw RowError(problem: error.place)
        }
        return try row.example(
            named: "\(url.lastPathComponent):\(lines[index].number)", in: url.deletingLastPathComponent())
    }

    /// - Throws: ``ExampleFileError`` if there are more than are tolerated.
    private func leaveOut(_ row: Int, _ problem: String) throws {
        let all = bad.withLock { bad in
            bad[row] = BadRow(line: lines[row].number, problem: problem)
            return bad.count
        }
        guard Double(all) > max(1, toleratedShare * Double(lines.count)) else { return }
        let shown = badRows.prefix(5).map { "line \($0.line): \($0.problem)" }.joined(separator: "; ")
        throw ExampleFileError(
            path: url.path,
            problem: "\(all) of \(lines.count) rows cannot be used, more than are tolerated: \(shown)")
    }
}

/// A file of examples that cannot be used.
package struct ExampleFileError: Error, Hashable, CustomStringConvertible {
    package let path: String
    package let problem: String

    package var description: String { "\(path): \(problem)" }
}

extension DecodingError {
    /// What is wrong with the row, on one line.
    fileprivate var place: String {
        func path(_ context: Context) -> String {
            context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        }
        return switch self {
        case .typeMismatch(let type, let context): "\(path(context)) is not a \(type)"
        case .valueNotFound(_, let context): "\(path(context)) is null"
        case .keyNotFound(let key, _): "\(key.stringValue) is missing"
        case .dataCorrupted(let context) where context.codingPath.isEmpty: "it is no JSON object"
        case .dataCorrupted(let context): "\(path(context)): \(context.debugDescription)"
        @unknown default: "\(self)"
        }
    }
}
