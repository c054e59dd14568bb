package import Foundation
import Imaging
import Reports
import Runs

/// An evaluation on disk.
///
///     settings.json        what was asked how; an evaluation goes on only with the same
///     run.sqlite           every answer
///     result.json          the figures and what came of each answer
///     result.md, report.html
///     items/N.html         the answers with their images and boxes
package struct EvaluationFolder: Sendable {
    package let url: URL

    /// What must be the same for an evaluation to go on.
    package struct Identity: Hashable, Codable {
        let benchmark: String
        let version: Int
        let model: String
        let settings: EvaluationSettings

        package init(_ benchmark: Benchmark, model: String, settings: EvaluationSettings) {
            self.benchmark = benchmark.name
            version = benchmark.version
            self.model = model
            self.settings = settings
        }
    }

    private static let itemsPerPage = 40

    /// Makes the folder, or opens the one that holds the same evaluation.
    ///
    /// - Throws: ``BenchmarkError`` if it holds another one, `RunError` if it cannot be written.
    package init(_ url: URL, holding identity: Identity) throws {
        self.url = url
        try SettledFolder.open(url, holding: identity)
    }

    /// The answers of a condition as the official scorer reads them.
    package func predictionsFile(_ condition: EvaluationSettings.Condition) -> URL {
        url.appending(path: "predictions-\(condition.rawValue).jsonl")
    }

    package var databaseFile: URL { url.appending(path: "run.sqlite") }
    package var reportFile: URL { url.appending(path: "report.html") }

    /// Writes the result in all its forms, and the pages that show the answers.
    ///
    /// - Parameters:
    ///   - result: the figures, and what came of every answer.
    ///   - evaluator: has the answers and their images.
    ///   - onPage: told how many of the answers are on pages.
    /// - Throws: `RunError` for a file that cannot be written; what an image throws.
    package func write(
        _ result: EvaluationResult, of evaluator: Evaluator, onPage: (_ shown: Int, _ total: Int) -> Void
    ) async throws {
        let report = EvaluationReport(result)
        try AtomicFile.write(json: result, to: url.appending(path: "result.json"))
        try AtomicFile.write(report.markdown, to: url.appending(path: "result.md"))
        let records = try EvaluationSettings.Condition.allCases.flatMap(evaluator.records)
            .sorted { $0.group < $1.group }
        let starts = Array(stride(from: 0, to: records.count, by: Self.itemsPerPage))
        let page = FiguresPage(
            title: result.title, lead: report.lead, facts: report.facts, tables: report.tables,
            links: starts.enumerated().map { number, start in
                let last = min(start + Self.itemsPerPage, records.count)
                return FiguresPage.Link("Answers \(start + 1)–\(last)", path: "items/\(number + 1).html")
            })
        try AtomicFile.write(page.text, to: reportFile)
        let folder = url.appending(path: "items")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (number, start) in starts.enumerated() {
            let shown = records[start..<min(start + Self.itemsPerPage, records.count)]
            try AtomicFile.write(
                await itemsPage(shown, number: number, of: starts.count, title: result.title, evaluator).text,
                to: folder.appending(path: "\(number + 1).html"))
            onPage(start + shown.count, records.count)
        }
    }

    private func itemsPage(
        _ records: ArraySlice<TrajectoryRecord>, number: Int, of count: Int, title: String,
        _ evaluator: Evaluator
    ) async throws -> TrajectoriesPage {
        var links = [FiguresPage.Link("Result", path: "../report.html")]
        if number > 0 { links.append(FiguresPage.Link("Before", path: "\(number).html")) }
        if number + 1 < count { links.append(FiguresPage.Link("Next", path: "\(number + 2).html")) }
        var pictures: [TrajectoryPicture] = []
        for record in records {
            pictures.append(
                try PictureMaker().picture(of: record, images: try await evaluator.images(of: record)))
        }
        return TrajectoriesPage(
            title: "\(title) · page \(number + 1) of \(count)", pictures: pictures, links: links)
    }
}
