package import Foundation
import Imaging
import Reports
import Runs

/// The folder of an evaluation.
///
///     settings.json        benchmark, model and settings; must be the same to continue
///     run.sqlite           all answers
///     result.json          scores, and the outcome of each answer
///     result.md, report.html
///     items/N.html         the answers with images and boxes
package struct EvaluationFolder: Sendable {
    package let url: URL

    /// The values that must be unchanged to continue an evaluation.
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

    /// Creates the folder, or opens it if it has the same evaluation.
    ///
    /// - Throws: ``BenchmarkError`` if it has another evaluation, `RunError` if it cannot be written.
    package init(_ url: URL, holding identity: Identity) throws {
        self.url = url
        try SettledFolder.open(url, holding: identity)
    }

    /// The answers of a condition in the official scorer's format.
    package func predictionsFile(_ condition: EvaluationSettings.Condition) -> URL {
        url.appending(path: "predictions-\(condition.rawValue).jsonl")
    }

    package var databaseFile: URL { url.appending(path: "run.sqlite") }
    package var reportFile: URL { url.appending(path: "report.html") }

    /// Writes the result as JSON, Markdown and HTML, and the pages of answers.
    ///
    /// - Parameters:
    ///   - result: the result to write.
    ///   - evaluator: provides the answers and their images.
    ///   - onPage: called after each page with the number of answers written.
    /// - Throws: `RunError` for a file that cannot be written; an error of reading an image.
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
            links: starts.enumerated().map { page, start in
                let last = min(start + Self.itemsPerPage, records.count)
                return FiguresPage.Link("Answers \(start + 1)–\(last)", path: "items/\(page + 1).html")
            })
        try AtomicFile.write(page.text, to: reportFile)
        let folder = url.appending(path: "items")
        try AtomicFile.createFolder(folder)
        for (page, start) in starts.enumerated() {
            let shown = records[start..<min(start + Self.itemsPerPage, records.count)]
            try AtomicFile.write(
                await itemsPage(shown, index: page, of: starts.count, title: result.title, evaluator).text,
                to: folder.appending(path: "\(page + 1).html"))
            onPage(start + shown.count, records.count)
        }
    }

    private func itemsPage(
        _ records: ArraySlice<TrajectoryRecord>, index: Int, of count: Int, title: String,
        _ evaluator: Evaluator
    ) async throws -> TrajectoriesPage {
        var links = [FiguresPage.Link("Result", path: "../report.html")]
        if index > 0 { links.append(FiguresPage.Link("Previous", path: "\(index).html")) }
        if index + 1 < count { links.append(FiguresPage.Link("Next", path: "\(index + 2).html")) }
        var pictures: [TrajectoryPicture] = []
        for record in records {
            pictures.append(
                try PictureMaker().picture(of: record, images: try await evaluator.images(of: record)))
        }
        return TrajectoriesPage(
            title: "\(title) · page \(index + 1) of \(count)", pictures: pictures, links: links)
    }
}
