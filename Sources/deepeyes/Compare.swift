import ArgumentParser
import Evaluation
import Foundation
import Reports
import Runs
import Settings
import Tasks

struct Compare: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare two evaluations of the same benchmark item by item.",
        discussion: """
            The difference is the second score minus the first, with a 95 % bootstrap interval over items and the \
            p-value of the paired randomization test: the probability of a difference at least as large by chance.

            It also writes comparison.html into the second folder: the answers to each question side by side.

            Example:
              deepeyes compare runs/vstar-base runs/vstar-trained
            """)

    @Argument(help: "Folder of an evaluation, or its result.json.", completion: .directory)
    var first: String

    @Argument(help: "The evaluation to compare it with: a folder or a result.json.", completion: .directory)
    var second: String

    @Option(help: "Write the comparison as JSON.", completion: .file(extensions: ["json"]))
    var output: String?

    @Option(
        help:
            "Write the page with the answers side by side; by default comparison.html in the second folder.",
        completion: .file(extensions: ["html"]))
    var page: String?

    @Flag(help: "Write no page.")
    var noPage = false

    @Option(help: "Maximum number of changed items to list in each direction.", range: .atLeast(0))
    var items: Int = 10

    func run() throws {
        let outputFile = try output.map { try OutputFile($0) }
        let results = try [first, second].map { try EvaluationResult(reading: URL(filePath: $0)) }
        let comparisons = try Comparison.all(results[0], results[1])
        let table = FigureTable(
            results[0].title,
            columns: ["items", "first", "second", "difference", "95 % interval", "p", "better", "worse"],
            rows: comparisons.map(row))
        try Console.write(table.text + "\n")
        for comparison in comparisons {
            for (name, changed) in [
                ("better", comparison.pairs.filter { $0.second > $0.first }),
                ("worse", comparison.pairs.filter { $0.second < $0.first }),
            ] where !changed.isEmpty && items > 0 {
                let ids = changed.prefix(items).map(\.id).joined(separator: ", ")
                let more = changed.count > items ? " and \(changed.count - items) more" : ""
                try Console.write("\(comparison.condition), \(name): \(ids)\(more)\n")
            }
        }
        if !noPage {
            let folders = [first, second].map(Self.folder)
            let file = page.map { URL(filePath: $0) } ?? folders[1].appending(path: "comparison.html")
            try ComparisonPage(results, in: folders, tables: [table]).write(to: file)
            try Console.write("page: \(file.path)\n")
        }
        if let outputFile {
            try outputFile.write(json: comparisons)
            try Console.write("wrote \(outputFile.url.relativePath)\n")
        }
    }

    /// The folder of an evaluation, named by itself or by its result.
    private static func folder(_ path: String) -> URL {
        let url = URL(filePath: path).standardizedFileURL
        return url.pathExtension == "json" ? url.deletingLastPathComponent() : url
    }

    private func row(_ comparison: Comparison) -> [String] {
        func points(_ value: Double) -> String {
            (value < 0 ? "−" : "+") + Readable.fixed(abs(value) * 100, 1)
        }
        return [
            ConditionScore.name(of: comparison.condition),
            Readable.count(comparison.pairs.count),
            Readable.percent(comparison.first, decimals: 1), Readable.percent(comparison.second, decimals: 1),
            points(comparison.difference),
            comparison.interval.map(points).joined(separator: " to "),
            comparison.significance < 0.001 ? "< 0.001" : Readable.fixed(comparison.significance, 3),
            Readable.count(comparison.better), Readable.count(comparison.worse),
        ]
    }
}
