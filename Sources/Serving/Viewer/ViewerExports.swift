import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Reports
import Runs

/// Downloads: a trajectory as HTML, metrics and trajectories as CSV.
enum ViewerExports {
    private static let rowsPerPart = 1000

    /// A trajectory as a self-contained HTML page.
    static func page(of record: TrajectoryRecord, in run: ShownRun) async throws -> Response {
        let images = try await RunPicture.images(of: record, in: run)
        let key = TrajectoryKey(record).description
        let text = try await ShownRun.offloaded {
            TracePage(
                try PictureMaker(sceneSide: 1120, viewSide: 560).picture(of: record, images: images),
                facts: [ReportContent.Fact("Run", run.name), ReportContent.Fact("Trajectory", key)]
            ).text
        }
        return .text(
            text, type: "text/html; charset=utf-8",
            headers: file("\(run.name)-\(key.replacing("/", with: "-")).html"))
    }

    /// All metrics as CSV, one row per step.
    static func metrics(of run: ShownRun) async throws -> Response {
        let metrics = try await run.metrics()
        let names = metrics.values.values.reduce(into: Set<String>()) { $0.formUnion($1.keys) }.sorted()
        let rows = metrics.steps.map { step in
            ["\(step)"] + names.map { name in metrics.values[step]?[name].map { "\($0)" } ?? "" }
        }
        return .text(
            ([["step"] + names] + rows).map(CSV.line).joined(), type: "text/csv; charset=utf-8",
            headers: file("\(run.name)-metrics.csv"))
    }

    /// The trajectories that match a filter as CSV, streamed in batches.
    static func trajectories(
        of run: ShownRun, _ filter: TrajectoryFilter, order: TrajectoryOrder
    ) async throws -> Response {
        let body = ResponseBody { writer in
            try await writer.write(ByteBuffer(string: CSV.line(trajectoryColumns)))
            var offset = 0
            while true {
                let start = offset
                let part = try await run.trajectories { store in
                    try store.summaries(filter, order: order, limit: rowsPerPart, offset: start)
                }
                guard let part, !part.isEmpty else { break }
                try await writer.write(ByteBuffer(string: part.map(row).joined()))
                offset += part.count
            }
            try await writer.finish(nil)
        }
        var headers = file("\(run.name)-trajectories.csv")
        headers[.contentType] = "text/csv; charset=utf-8"
        return Response(status: .ok, headers: headers, body: body)
    }

    private static let trajectoryColumns = [
        "at", "origin", "step", "prompt", "sample", "example", "kind", "question", "expected", "answer",
        "reward", "advantage", "correct", "calls", "first_box_iou", "tokens", "finish",
    ]

    private static func row(_ summary: TrajectorySummary) -> String {
        CSV.line([
            TrajectoryKey(summary).description, summary.origin.description, "\(summary.step)",
            "\(summary.group)", "\(summary.sample)", summary.exampleID, summary.kind, summary.question,
            summary.expected, summary.answer ?? "", "\(summary.reward)", "\(summary.advantage)",
            summary.isCorrect ? "1" : "0", "\(summary.callCount)", summary.firstBoxIoU.map { "\($0)" } ?? "",
            "\(summary.completionTokenCount)", summary.finish,
        ])
    }

    private static func file(_ name: String) -> HTTPFields {
        let plain = name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) ? $0 : "_" }
        return [.contentDisposition: "attachment; filename=\"\(String(plain))\"", .cacheControl: "no-cache"]
    }
}

/// Rows of comma-separated values (RFC 4180).
enum CSV {
    static func line(_ fields: [String]) -> String {
        fields.map(field).joined(separator: ",") + "\r\n"
    }

    private static func field(_ text: String) -> String {
        guard text.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
