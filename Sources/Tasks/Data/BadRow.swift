/// A row that is skipped.
package struct BadRow: Hashable, Sendable {
    /// The 1-based line or row of the file.
    package let number: Int
    package let problem: String

    package init(number: Int, problem: String) {
        self.number = number
        self.problem = problem
    }
}

/// Bad rows with the same kind of problem.
package struct BadRowGroup: Hashable, Sendable {
    /// The first of them.
    package let first: BadRow
    package let count: Int

    /// Groups rows by problem, the most frequent first. Problems that differ only in numbers, quotations or paths are the
    /// same.
    package static func all(of rows: [BadRow]) -> [BadRowGroup] {
        Dictionary(grouping: rows) { kind(of: $0.problem) }.values.compactMap { rows in
            rows.min { $0.number < $1.number }.map { BadRowGroup(first: $0, count: rows.count) }
        }.sorted { ($1.count, $0.first.number) < ($0.count, $1.first.number) }
    }

    private static func kind(of problem: String) -> [Substring] {
        problem.split(separator: " ").map { word in
            let isPath = word.contains("/") || word.dropLast().contains(".")
            return isPath || word.contains("\"") || word.contains(where: \.isNumber) ? "…" : word
        }
    }

    /// The first problem, and how many rows have the same.
    ///
    /// - Parameter place: what precedes the number of the row: "line ", or the path and a colon.
    package func text(at place: String) -> String {
        let others = count == 1 ? "" : " (\(count) rows like it)"
        return "\(place)\(first.number): \(first.problem)\(others)"
    }
}
