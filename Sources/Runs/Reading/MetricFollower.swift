internal import Foundation
internal import Synchronization

/// Follows the metrics of a run that may still be written to. Each call reads only what was added since the last one.
package final class MetricFollower: Sendable {
    /// The metrics of all steps so far.
    package struct Steps: Sendable {
        /// Changes whenever steps that were read have been removed, as by a resume from an earlier checkpoint.
        package var version = 0
        /// Ascending.
        package var steps: [Int] = []
        /// By step and name; finite numbers only.
        package var values: [Int: [String: Double]] = [:]

        package init() {}
    }

    private struct State {
        var files: [GrowingLines]
        var steps = Steps()
    }

    private let state: Mutex<State>

    package init(_ run: RunFolder) {
        state = Mutex(
            State(
                files: [run.metricsFile, run.performanceFile, run.evaluationsFile].map { GrowingLines($0) }))
    }

    /// All metrics recorded so far. Missing files and an incomplete last line are not errors.
    ///
    /// - Throws: ``RunError`` if a file cannot be read.
    package func look() throws -> Steps {
        try state.withLock { state in
            var changes = try state.files.indices.map { try state.files[$0].read() }
            if changes.contains(where: \.isAnew) {
                for index in state.files.indices {
                    state.files[index].rewind()
                    changes[index] = try state.files[index].read()
                }
                state.steps = Steps(version: state.steps.version + 1)
            }
            for line in changes.flatMap(\.lines) { state.steps.add(line) }
            return state.steps
        }
    }
}

extension MetricFollower.Steps {
    fileprivate init(version: Int) { self.version = version }

    fileprivate mutating func add(_ line: Data) {
        guard let members = try? JSONDecoder().decode([String: Double?].self, from: line),
            let step = members["step"].flatMap({ $0 }).flatMap({ Int(exactly: $0) })
        else { return }
        if values[step] == nil {
            steps.insert(step, at: (steps.lastIndex { $0 < step } ?? -1) + 1)
        }
        for case (let name, let value?) in members where name != "step" {
            values[step, default: [:]][name] = value
        }
    }
}

/// A file of lines that grows at its end and is sometimes truncated.
struct GrowingLines {
    private let url: URL
    private var offset: UInt64 = 0
    /// The last line that was read, to detect that the file was rewritten.
    private var last = Data()

    init(_ url: URL) { self.url = url }

    /// Starts over.
    mutating func rewind() {
        offset = 0
        last = Data()
    }

    /// The complete lines added since the last call. If earlier lines are gone, `isAnew` is true and no lines are returned.
    mutating func read() throws -> (lines: [Data], isAnew: Bool) {
        guard FileManager.default.fileExists(atPath: url.path) else { return ([], offset > 0) }
        return try RunError.reporting("read", url) {
            let file = try FileHandle(forReadingFrom: url)
            defer { try? file.close() }
            try file.seek(toOffset: offset - UInt64(last.count))
            let bytes = try file.readToEnd() ?? Data()
            guard bytes.starts(with: last) else { return ([], true) }
            let added = bytes.dropFirst(last.count)
            guard let end = added.lastIndex(of: UInt8(ascii: "\n")) else { return ([], false) }
            let lines = added[..<end].split(separator: UInt8(ascii: "\n"))
            offset += UInt64(end + 1 - added.startIndex)
            last = (lines.last ?? Data()) + Data("\n".utf8)
            return (lines, false)
        }
    }
}
