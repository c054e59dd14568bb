import ArgumentParser
import Evaluation
import Foundation
import Runs
import Tasks
import Training

struct Select: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Choose the examples that a model can learn from.",
        discussion: """
            The model answers each example several times. What it always or never gets right teaches nothing and is \
            dropped; the rest is written as Parquet with its pass rate, ready for training. Answers are kept beside the \
            output, so Ctrl-C loses nothing and the same command goes on.

            Examples:
              deepeyes select --data questions.parquet --model Qwen2.5-VL-7B --output chosen.parquet
              deepeyes select --data scenes/examples.jsonl --show-region --output chosen.parquet
            """)

    @Option(help: "JSONL or Parquet file of examples.", completion: .file())
    var data: String

    @Option(help: "Folder of the model; with --endpoint its name on the server.", completion: .directory)
    var model: String = "Models/nano-base"

    @Option(help: "Parquet file to write.", completion: .file(extensions: ["parquet"]))
    var output: String

    @Option(help: "Answers to each example.")
    var samples: Int = 8

    @Option(help: "Temperature of the answers.")
    var temperature: Double = 1

    @Option(help: "Seed of the answers.")
    var seed: UInt64 = 1

    @Flag(help: "Ask without the tools of the examples.")
    var withoutTools = false

    @Flag(
        help:
            "Ask what is never right again with the ground-truth region shown, and keep it if it is right then."
    )
    var showRegion = false

    @Flag(
        help:
            "Turn questions with options into open ones, which are answered with the text of the right option."
    )
    var openQuestions = false

    @Option(help: "Questions asked at the same time.")
    var concurrency: Int = 64

    @Option(help: "Most tokens in one turn.")
    var maximumTokens: Int = 1024

    @OptionGroup
    var memory: MemoryOptions

    @OptionGroup(title: "Model on a server")
    var server: EndpointOptions

    @OptionGroup(title: "Judge of free text")
    var judging: JudgeOptions

    @Option(help: "Share of rows that may be unusable.")
    var toleratedBadShare: Double = 0.01

    func validate() throws {
        guard samples > 1 else { throw ValidationError("--samples must be 2 or more") }
        guard temperature > 0 else {
            throw ValidationError("--temperature must be above 0: greedy answers are all alike")
        }
        guard concurrency > 0, maximumTokens > 0 else {
            throw ValidationError("--concurrency and --maximum-tokens must be 1 or more")
        }
    }

    func run() throws {
        let settings = settings
        let folder = try SelectionFolder(
            URL(filePath: output + ".selection"),
            holding: .init(data: data, model: server.name(of: model), settings: settings))
        let asked = try server.model(
            model, toolCalls: settings.toolCalls, concurrency: concurrency, memory: memory)
        let format = asked.format
        let examples = ExampleRows(
            try RowFiles.open(URL(filePath: data)), toleratedShare: toleratedBadShare,
            check: { _ = try $0.messages(viewedBy: format) })
        let selector = Selector(
            examples, settings: settings,
            judge: try judging.judge(format: format, keepingVerdictsIn: folder.url),
            store: try TrajectoryStore(at: folder.databaseFile))
        let interruption = Interruption {
            Console.report("\nstopping after the answers under way; press Ctrl-C again to stop at once\n")
        }
        let line = ProgressLine("asking")
        let isDone = try asked.serve { runner in
            try await selector.run(
                by: runner, onProgress: { line.show($0, of: $1) },
                shouldStop: { interruption.isRequested })
        }
        line.finish()
        guard isDone else {
            try Console.write("stopped; the same command goes on\n")
            return
        }
        let choices = try selector.choices()
        try selector.write(choices, to: URL(filePath: output))
        let report = SelectionReport(choices, samples: samples, badRows: examples.badRows)
        try AtomicFile.write(report.markdown, to: folder.url.appending(path: "report.md"))
        try Console.write(
            "\(report.text)\n\nwrote \(output)\nwhat was dropped and why: \(folder.url.path)/report.md\n")
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
