import Agent
import ArgumentParser
import Evaluation
import Foundation
import Imaging
import Models
import Reports
import Runs
import Settings
import Tasks
import Training

/// Commands for files of questions.
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Inspect files of questions before training on them.",
        subcommands: [Inspect.self])
}

extension DataCommand {
    struct Inspect: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Summarize JSONL and Parquet files, list bad rows, and show samples.",
            discussion: """
                Reads every row as training does and decodes its images. With --model, prompt lengths are counted in \
                its tokens, and a row that the model cannot process, or whose prompt is longer than its context, is a bad row. \
                The exit code is 1 if no row can be used.

                Examples:
                  deepeyes data inspect questions.jsonl
                  deepeyes data inspect data/ --model Qwen2.5-VL-7B-Instruct --sheet data.html
                """)

        @Argument(help: "Files, folders of them, or patterns with *.", completion: .file())
        var files: [String]

        @Option(help: "Folder of the model whose tokenizer counts prompt tokens.", completion: .directory)
        var model: String?

        @Option(help: "Write an HTML page with samples.", completion: .file(extensions: ["html"]))
        var sheet: String?

        @Option(help: "Samples on the page.", range: .atLeast(1))
        var samples: Int = 24

        @Option(help: "Rows to read, spread evenly over each file; all if left out.", range: .atLeast(1))
        var rows: Int?

        func run() throws {
            let check = try model.map {
                try PromptCheck(model: ModelDirectory.folder(at: $0), tools: .standard)
            }
            let opened = try files.flatMap(RowFiles.named).map { url in
                ExampleRows(try RowFiles.open(url), toleratedBadFraction: 1) { example in
                    try check?.promptLength(of: example)
                }
            }
            let asked = opened.map { Self.spread(rows ?? $0.file.count, over: $0.file.count) }
            var inspection = Inspection(check: check, rowCount: asked.reduce(0) { $0 + $1.count })
            for (file, indices) in zip(opened, asked) {
                let shown = Set(
                    Self.spread(samples / opened.count + 1, over: indices.count).map { indices[$0] })
                for index in indices {
                    try inspection.look(at: index, of: file, isShown: sheet != nil && shown.contains(index))
                }
            }
            inspection.finish()
            let problems = opened.flatMap { file in
                file.badRows.map { "\(file.path):\($0.number): \($0.problem)" }
            }
            let facts = inspection.facts(badCount: problems.count)
            for fact in facts { try Console.write("\(fact.name): \(fact.value)\n") }
            for file in opened {
                let groups = BadRowGroup.all(of: file.badRows)
                for group in groups.prefix(20) {
                    try Console.write("bad row: \(group.text(at: "\(file.path):"))\n")
                }
                if groups.count > 20 { try Console.write("and \(groups.count - 20) more problems\n") }
                for key in file.unreadKeys { try Console.write("\(key.text(in: file.path))\n") }
            }
            if let sheet { try write(sheet, facts, inspection, problems, of: opened) }
            if inspection.isEmpty {
                Console.report("deepeyes: no row can be used; correct the rows named above\n")
                throw ExitCode.failure
            }
        }

        private func write(
            _ sheet: String, _ facts: [ReportContent.Fact], _ inspection: Inspection, _ problems: [String],
            of opened: [ExampleRows]
        ) throws {
            let title = opened.map { URL(filePath: $0.path).lastPathComponent }.joined(separator: ", ")
            let page = SheetPage(
                title: title, facts: facts, items: Array(inspection.items.prefix(samples)), problems: problems
            )
            try AtomicFile.write(page.text, to: URL(filePath: sheet))
            try Console.write("wrote \(sheet)\n")
        }

        /// At most `count` indices, spread evenly over `0..<total`.
        private static func spread(_ count: Int, over total: Int) -> [Int] {
            (0..<min(count, total)).map { $0 * total / min(count, total) }
        }
    }
}

/// Statistics and samples collected while rows are read.
private struct Inspection {
    private let check: PromptCheck?
    private let start = ContinuousClock.now
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var progress: ProgressReporter
    private var reportedAt = ContinuousClock.now
    private var summary = ExampleSummary()
    private(set) var items: [SheetPage.Item] = []

    /// Whether no row can be used.
    var isEmpty: Bool { summary.count == 0 }

    init(check: PromptCheck?, rowCount: Int) {
        self.check = check
        progress = ProgressReporter(total: rowCount)
    }

    mutating func look(at index: Int, of file: ExampleRows, isShown: Bool) throws {
        if let example = try file.usable(index) {
            summary.add(example, tokenCount: try check?.promptLength(of: example))
            if isShown { items.append(try item(example)) }
        }
        let now = ContinuousClock.now
        progress.advance(to: progress.completed + 1, elapsed: now - start)
        guard isTerminal, now - reportedAt > .milliseconds(200) else { return }
        reportedAt = now
        Console.report("\r\(progress.text)   ")
    }

    func finish() {
        if isTerminal { Console.report("\r\(progress.text)\n") }
    }

    private func item(_ example: Example) throws -> SheetPage.Item {
        SheetPage.Item(
            id: example.id, remarks: [example.kind, example.rewardKind.rawValue] + example.tools,
            question: example.question.trimmingCharacters(in: .whitespacesAndNewlines),
            answer: example.answer,
            pictures: try example.images.map { image in
                SheetPage.Item.Picture(
                    image: try PictureMaker().thumbnail(of: image), width: image.size.width,
                    height: image.size.height)
            },
            boxes: example.groundTruthBoxes)
    }

    func facts(badCount: Int) -> [ReportContent.Fact] {
        var facts: [ReportContent.Fact] = [
            .init("questions", Readable.count(summary.count)), .init("bad rows", Readable.count(badCount)),
        ]
        for property in ExampleSummary.Property.allCases {
            let counts = (summary.counts[property] ?? [:]).sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            let listed = counts.map { "\($0.key) \(Readable.count($0.value))" }
            facts.append(.init(property.rawValue, listed.joined(separator: " · ")))
        }
        if let sizes = summary.imageSizes {
            let texts = [sizes.minimum, sizes.median, sizes.maximum].map { "\($0.width) x \($0.height)" }
            facts.append(.init("image size, minimum · median · maximum", texts.joined(separator: " · ")))
        }
        if let tokens = summary.promptTokens {
            let texts = [tokens.minimum, tokens.median, tokens.maximum].map(Readable.count)
            facts.append(.init("prompt tokens, minimum · median · maximum", texts.joined(separator: " · ")))
        }
        return facts
    }
}
