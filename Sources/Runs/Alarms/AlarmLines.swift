package import Foundation

/// Writes `alarms.jsonl`, with one JSON object per raised alarm.
package final class AlarmLines: Sendable {
    private let file: AppendingFile

    /// Opens the file and drops lines after `step`; nil drops all lines.
    package init(at url: URL, keepingThrough step: Int?) throws {
        let length = try step.map { try StepLines.prefix(of: url, through: $0).length } ?? 0
        file = try AppendingFile(at: url, length: UInt64(length))
    }

    package func record(_ alarm: AlarmRecord) throws {
        try file.append(Data(alarm.line.utf8))
    }

    /// Flushes all recorded alarms to disk.
    package func synchronize() throws {
        try file.synchronize()
    }
}
