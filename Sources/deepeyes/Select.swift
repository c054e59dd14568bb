import ArgumentParser
import Evaluation
import Foundation
import Runs
import Settings
import Synchronization
import Tasks
import Training

struct Select: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Choose the examples that a model can learn from.",
        discussion: """
            The model answers each example several times. Examples that it always or never gets right carry no \
            training signal and are dropped; the others are written as Parquet with their pass rates, ready for \
            training. Answers are stored in OUTPUT.selection: after Ctrl-C, run the same command again to continue.

            Examples:
              deepeyes select --data questions.parquet --model Qwen2.5-VL-7B \\
                  --output chosen.parquet
              deepeyes select --data scenes/examples.jsonl --show-region \\
                  --output chosen.parquet
            """)

    @Option(help: "JSONL or Parquet file of examples.", completion: .file())
    var data: String

    @Option(help: "Folder of the model; with --endpoint, its name on the server.", completion: .directory)
    var model: String = "Models/nano-base"

    @Option(help: "Parquet file to write.", completion: .file(extensions: ["parquet"]))
    var output: String

    @Option(help: "Answers sampled per example.", range: .atLeast(2))
    var samples: Int = 8

    @Option(help: "Sampling temperature.", range: .above(0, because: "greedy answers are identical"))
    var temperature: Double = 1

    @Option(help: "Random seed for sampling.", range: .atLeast(0))
    var seed: UInt64 = 1

    @Flag(help: "Ask without the examples' tools.")
    var withoutTools = false

    @Flag(
        help:
            "Retry examples that are never right with the ground-truth region shown; keep those that are then right."
    )
    var showRegion = false

    @Flag(
        help:
            "Turn multiple-choice questions into open ones; the text of the right option becomes the answer."
    )
    var openQuestions = false

    @Option(help: "Questions answered concurrently.", range: .atLeast(1))
    var concurrency: Int = 64

    @Option(help: "Maximum number of tokens in one turn.", range: .atLeast(1))
    var maximumTokens: Int = 1024

    @OptionGroup
    var memory: MemoryOptions

    @OptionGroup
    var weights: StorageOptions

    @OptionGroup(title: "Model on a server")
    var server: EndpointOptions

    @OptionGroup(title: "Judge of free text")
    var judging: JudgeOptions

    @Option(help: "Fraction of rows that may be bad before the command fails.", range: .from(0, to: 1))
    var toleratedBadFraction: Double = 0.01

    func run() throws {
        let settings = settings
        let chosen = try OutputFile(output)
        let rows = try RowFiles.open(URL(filePath: data))
        let folder = try SelectionFolder(
            URL(filePath: output + ".selection"),
            holding: .init(data: data, model: try server.name(of: model), settings: settings))
        let asked = try server.model(
            model, toolCalls: settings.toolCalls, concurrency: concurrency, memory: memory,
            storage: weights.storage())
        let format = asked.format
        let examples = ExampleRows(
            rows, toleratedBadFraction: toleratedBadFraction,
            check: { _ = try $0.messages(viewedBy: format) })
        try examples.checkSample()
        let selector = Selector(
            examples, settings: settings,
            judge: try judging.judge(format: format, keepingVerdictsIn: folder.url),
            store: try TrajectoryStore(at: folder.databaseFile),
            toleratedFailures: server.toleratedFailureFraction)
        let interruption = Interruption {
            Console.report(
                "\nstopping once running answers are complete; press Ctrl-C again to stop at once\n")
        }
        let line = ProgressLine("asking")
        let failures = Mutex<[String]>([])
        let isDone = try asked.serve { runner in
            try await selector.run(
                by: runner, onProgress: { line.show($0, of: $1) },
                onFailure: { reason in failures.withLock { $0.append(reason) } },
                shouldStop: { interruption.isRequested })
        }
        line.finish()
        guard isDone else {
            try Console.write("stopped; run the same command again to continue\n")
            return
        }
        let failed = failures.withLock(\.self)
        if let last = failed.last {
            Console.report(
                "\(failed.count) questions have no answer and are not counted; the last one \(last). Run the same command "
                    + "again to retry them.\n")
        }
        let choices = try selector.choices()
        try selector.write(choices, to: chosen.url)
        let report = SelectionReport(choices, samples: samples, badRows: examples.badRows)
        try AtomicFile.write(report.markdown, to: folder.url.appending(path: "report.md"))
        try Console.write(
            "\(report.text)\n\nwrote \(output)\nreport of dropped examples: \(folder.url.path)/report.md\n")
    }

    private var settings: SelectionSettings {
        var settings = SelectionSettings()
        settings.samples = samples
        settings.temperature = temperature
        settings.seed = seed
        settings.offersTools = !withoutTools
        settings.showsRegion = showRegion
        settings.opensQuestions = openQuestions
        settings.concurrency = concurrency
        settings.maximumTokens = maximumTokens
        return settings
    }
}
