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
///     answers/, images/    the cards and pictures of answers, which report.html loads as one scrolls
package struct EvaluationFolder: Sendable {
    package let url: URL
    /// Held as long as the folder is written to; the viewer reads from it whether the evaluation is running.
    private let lock: RunLock

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

    /// Creates the folder, or opens it if it has the same evaluation, and locks it.
    ///
    /// - Throws: ``BenchmarkError`` if it has another evaluation, `RunError` if it cannot be written or if another process
    ///   is evaluating in it.
    package init(_ url: URL, holding identity: Identity) throws {
        self.url = url
        try SettledFolder.open(url, holding: identity)
        lock = try RunLock(url, work: "evaluating")
    }

    /// The answers of a condition in the official scorer's format.
    package func predictionsFile(_ condition: EvaluationSettings.Condition) -> URL {
        url.appending(path: "predictions-\(condition.rawValue).jsonl")
    }

    package var databaseFile: URL { url.appending(path: "run.sqlite") }
    package var reportFile: URL { url.appending(path: "report.html") }

    /// Writes the result as JSON, Markdown and HTML, and the cards of the answers.
    ///
    /// - Parameters:
    ///   - result: the result to write.
    ///   - evaluator: provides the answers and their images.
    ///   - hasPages: whether the answers are written with their images.
    ///   - onCard: called with the number of answers written.
    /// - Throws: `RunError` for a file that cannot be written; an error of reading an image.
    package func write(
        _ result: EvaluationResult, of evaluator: Evaluator, hasPages: Bool = true,
        onCard: (_ written: Int, _ total: Int) -> Void
    ) async throws {
        let report = EvaluationReport(result)
        try AtomicFile.write(json: result, to: url.appending(path: "result.json"))
        try AtomicFile.write(report.markdown, to: url.appending(path: "result.md"))
        let conditions = hasPages ? EvaluationSettings.Condition.allCases : []
        let records = try conditions.map { ($0, try evaluator.records($0)) }
        let questions = records.map { ($0.rawValue, $1.map(\.question)) }
        let page = FiguresPage(
            title: result.title, lead: report.lead, facts: report.facts, tables: report.tables,
            answers: hasPages
                ? AnswerPages.list(of: result, questions: Dictionary(uniqueKeysWithValues: questions)) : nil)
        try AtomicFile.write(page.text, to: reportFile)
        guard hasPages else { return }
        let total = records.reduce(0) { $0 + $1.1.count }
        var written = 0
        for (condition, records) in records {
            try await writeCards(records, of: condition, evaluator) {
                written += $0
                onCard(written, total)
            }
        }
    }

    private func writeCards(
        _ records: [TrajectoryRecord], of condition: EvaluationSettings.Condition, _ evaluator: Evaluator,
        onWritten: (Int) -> Void
    ) async throws {
        let folder = url.appending(path: "answers")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let maker = PictureMaker(files: try PictureFiles("images", beside: url))
        for start in stride(from: 0, to: records.count, by: AnswerCards.count) {
            let shown = records[start..<min(start + AnswerCards.count, records.count)]
            var pictures: [TrajectoryPicture] = []
            for record in shown {
                pictures.append(
                    try maker.picture(of: record, images: try await evaluator.images(of: record)))
            }
            let place = AnswerCards.Place(start, of: condition.rawValue)
            try AtomicFile.write(AnswerCards.script(pictures), to: url.appending(path: place.file))
            onWritten(shown.count)
        }
    }
}
