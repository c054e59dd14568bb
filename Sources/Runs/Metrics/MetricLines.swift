package import Foundation
import JSON

/// A JSONL file with one object per step that has values: `{"step":3,"reward/total":0.5,…}`.
///
/// Keys are written in recorded order and numbers in shortest round-trip form, so that identical runs write identical bytes.
/// Each line is a single write; a line truncated by a kill has no newline and is dropped on resume.
package final class MetricLines: MetricSink {
    /// The part of a step that the file stores.
    package enum Part: Sendable {
        case values
        case performance
        case evaluations

        func metrics(of step: StepMetrics) -> [Metric] {
            switch self {
            case .values: step.values
            case .performance: step.performance
            case .evaluations: step.evaluations
            }
        }
    }

    private let part: Part
    private let file: AppendingFile

    /// Opens the file and drops lines after `step`; nil drops all lines.
    ///
    /// Throws ``RunError/Code/behind`` if the deterministic values end before `step`: the file could no longer equal that of
    /// an uninterrupted run.
    package init(at url: URL, of part: Part, keepingThrough step: Int?) throws {
        self.part = part
        let prefix =
            try step.map { try StepLines.prefix(of: url, through: $0) }
            ?? StepLines.Prefix(length: 0, lastStep: nil)
        if part == .values, let step, step > 0, prefix.lastStep != step {
            throw RunError(
                .behind, operation: "resume after step \(step) with", path: url.path,
                detail: prefix.lastStep.map { "its lines end at step \($0)" } ?? "it has no lines",
                remedy: "resume from an earlier checkpoint, or start a new run")
        }
        file = try AppendingFile(at: url, length: UInt64(prefix.length))
    }

    package func record(_ metrics: StepMetrics) throws {
        let own = part.metrics(of: metrics)
        if !own.isEmpty { try file.append(Data(Self.line(step: metrics.step, own).utf8)) }
    }

    package func synchronize() throws {
        try file.synchronize()
    }

    /// The line of one step with its newline.
    package static func line(step: Int, _ metrics: [Metric]) -> String {
        let members = [("step", .number(step))] + metrics.map { ($0.name, JSONValue.number($0.value)) }
        return JSONValue.object(JSONObject(members)).text(.compact) + "\n"
    }

    /// The steps recorded in a file, metrics in alphabetical order; NaN and infinite values are read as NaN.
    static func read(_ url: URL, of part: Part) throws -> [StepMetrics] {
        try StepLines.read(url) { line in
            var members = try JSONDecoder().decode([String: Double?].self, from: line)
            guard let step = members.removeValue(forKey: "step").flatMap(\.self).flatMap(Int.init(exactly:))
            else {
                throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "it has no step"))
            }
            let metrics = members.sorted { $0.key < $1.key }.map { Metric($0.key, $0.value ?? .nan) }
            return switch part {
            case .values: StepMetrics(step: step, values: metrics)
            case .performance: StepMetrics(step: step, performance: metrics)
            case .evaluations: StepMetrics(step: step, evaluations: metrics)
            }
        }
    }
}
