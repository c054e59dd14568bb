package import Foundation

/// The file with one JSON object for each alarm that began.
package final class AlarmLines: Sendable {
    private let file: AppendingFile

    /// Opens the file and drops every line after `step`; nil drops all.
    package init(at url: URL, keepingThrough step: Int?) throws {
        let length = try step.map { try StepLines.prefix(of: url, through: $0).length } ?? 0
        file = try AppendingFile(at: url, length: UInt64(length))
    }

    package func record(_ alarm: AlarmRecord) throws {
        try file.append(Data(alarm.line.utf8))
    }

    /// Waits until everything recorded is on the disk.
    package func synchronize() throws {
        try file.synchronize()
    }
}
