import Synchronization

/// A key that has no effect, reported once for each file.
package struct UnreadKey: Hashable, Sendable {
    package let name: String
    /// The 1-based line of the first row that has it, among those read.
    package let number: Int

    /// The keys of several rows, by the line of the first.
    package static func first(in rows: [(number: Int, keys: [String])]) -> [UnreadKey] {
        let record = UnreadKeys()
        for row in rows { record.record(row.keys, line: row.number) }
        return record.all
    }

    /// - Parameter path: the path of the file.
    package func text(in path: String) -> String {
        "\(path):\(number): the key \(name) is not read; check its spelling"
    }
}

/// Collects the keys of a file that have no effect.
final class UnreadKeys: Sendable {
    private let lines = Mutex<[String: Int]>([:])

    var all: [UnreadKey] {
        lines.withLock { lines in
            lines.map { UnreadKey(name: $0, number: $1) }
                .sorted { ($0.number, $0.name) < ($1.number, $1.name) }
        }
    }

    func record(_ names: [String], line: Int) {
        guard !names.isEmpty else { return }
        lines.withLock { lines in
            for name in names { lines[name] = min(line, lines[name] ?? line) }
        }
    }
}
