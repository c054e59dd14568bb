package import Foundation

/// A file with one JSON object a step: `{"step":3,"reward/total":0.5,…}`.
///
/// Keys come in the order recorded and numbers in their shortest form, so that equal runs write equal bytes.
/// Each line is one write; a line cut short by a kill has no newline and is dropped when the run is resumed.
package final class MetricLines: MetricSink {
    /// Which part of a step goes to the file.
    package enum Part: Sendable {
        case values
        case performance
    }

    private let part: Part
    private let file: AppendingFile

    /// Opens the file and drops every line after `step`; nil drops all.
    ///
    /// Throws ``RunError/Code/behind`` when the determined values end before `step`: they could no longer
    /// equal those of an uninterrupted run.
    package init(at url: URL, of part: Part, keepingThrough step: Int?) throws {
        self.part = part
        let prefix =
            try step.map { try Self.prefix(of: url, through: $0) } ?? Prefix(length: 0, lastStep: nil)
        if part == .values, let step, step > 0, prefix.lastStep != step {
            throw RunError(
                .behind, operation: "resume after step \(step) with", path: url.path,
                detail: prefix.lastStep.map { "its lines end at step \($0)" } ?? "it has no lines",
                remedy: "resume from an earlier checkpoint, or start a new run")
        }
        file = try AppendingFile(at: url, length: UInt64(prefix.length))
    }

    package func record(_ metrics: StepMetrics) throws {
        try file.append(
            Data(Self.line(step: metrics.step, part == .values ? metrics.values : metrics.performance).utf8))
    }

    package func synchronize() throws {
        try file.synchronize()
    }

    /// The line of one step with its newline.
    package static func line(step: Int, _ metrics: [Metric]) -> String {
        JSONText.object([("step", String(step))] + metrics.map { ($0.name, JSONText.number($0.value)) })
            + "\n"
    }

    private struct Prefix {
        var length: Int
        var lastStep: Int?
    }

    /// Measures the whole lines up to and including those of `step`.
    private static func prefix(of url: URL, through step: Int) throws -> Prefix {
        guard FileManager.default.fileExists(atPath: url.path) else {
            return Prefix(length: 0, lastStep: nil)
        }
        let bytes = try RunError.reporting("read", url) { try Data(contentsOf: url) }
        var prefix = Prefix(length: 0, lastStep: nil)
        var start = bytes.startIndex
        while let newline = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = String(decoding: bytes[start..<newline], as: UTF8.self)
            guard let lineStep = Self.step(of: line) else {
                throw RunError(
                    .malformed, operation: "read", path: url.path,
                    detail: "the line at byte \(start) is not a step: \(line.prefix(60))",
                    remedy: "remove that line, or start a new run")
            }
            guard lineStep <= step else { break }
            start = newline + 1
            prefix = Prefix(length: start, lastStep: lineStep)
        }
        return prefix
    }

    private static func step(of line: String) -> Int? {
        let opening = "{\"step\":"
        guard line.hasPrefix(opening), line.hasSuffix("}") else { return nil }
        return Int(line.dropFirst(opening.count).prefix { $0.isNumber || $0 == "-" })
    }
}
