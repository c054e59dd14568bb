package import Foundation
internal import SwiftProtobuf

/// Writes metrics to a TensorBoard event file. A resumed run continues in a new file of the same folder.
package final class EventFile: MetricSink {
    private let file: AppendingFile
    private let now: @Sendable () -> Date

    /// Starts an event file in `folder` and truncates older ones to the records up to `step`; nil empties them.
    ///
    /// `now` returns the wall time stored with each step.
    package init(
        in folder: URL, keepingThrough step: Int?, now: @escaping @Sendable () -> Date = { Date() }
    ) throws {
        self.now = now
        let names = try RunError.reporting("list", folder) {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            return try FileManager.default.contentsOfDirectory(atPath: folder.path)
        }
        for name in names where name.contains(".tfevents.") {
            try Self.cut(folder.appending(path: name, directoryHint: .notDirectory), keepingThrough: step)
        }
        let start = now()
        file = try AppendingFile(at: Self.unusedName(in: folder, at: start), length: 0)
        try append(
            TensorBoardEvent.with {
                $0.wallTime = start.timeIntervalSince1970
                $0.fileVersion = "brain.Event:2"
            })
    }

    package func record(_ metrics: StepMetrics) throws {
        let event = TensorBoardEvent.with {
            $0.wallTime = now().timeIntervalSince1970
            $0.step = Int64(metrics.step)
            $0.summary.value = metrics.all.map { metric in
                .with {
                    $0.tag = metric.name
                    $0.simpleValue = Float(metric.value)
                }
            }
        }
        try append(event)
    }

    package func synchronize() throws {
        try file.synchronize()
    }

    private func append(_ event: TensorBoardEvent) throws {
        try file.append(TFRecord.frame(try event.serializedBytes()))
    }

    /// An unused file name. TensorBoard reads files in order of their names, so the time is padded to ten digits.
    private static func unusedName(in folder: URL, at start: Date) -> URL {
        let process = ProcessInfo.processInfo
        let seconds = String(format: "%010lld", Int64(start.timeIntervalSince1970))
        let name = "events.out.tfevents.\(seconds).\(process.hostName).\(process.processIdentifier)"
        var number = 0
        while FileManager.default.fileExists(atPath: folder.appending(path: "\(name).\(number)").path) {
            number += 1
        }
        return folder.appending(path: "\(name).\(number)", directoryHint: .notDirectory)
    }

    private static func cut(_ url: URL, keepingThrough step: Int?) throws {
        var length = 0
        let records = TFRecord.records(in: try RunError.reporting("read", url) { try Data(contentsOf: url) })
        for record in records {
            let event = try RunError.reporting("read", url) {
                try TensorBoardEvent(serializedBytes: record.payload)
            }
            if case .summary = event.what, step.map({ event.step > $0 }) ?? true { break }
            length = record.end
        }
        _ = try AppendingFile(at: url, length: UInt64(length))
    }
}
