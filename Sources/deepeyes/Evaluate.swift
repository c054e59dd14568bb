import Agent
import ArgumentParser
import Evaluation
import Foundation
import Reports
import Runs
import Settings
import Synchronization
import Tasks
import Training

struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Evaluate a model on a benchmark, or score existing predictions.",
        discussion: """
            The model answers every question twice, with tools and without, which gives tool gain and tool harm. The \
            seed shuffles answer options, so that scores do not depend on the position of the correct one. Ctrl-C \
            stops once running answers are complete; run the same command again to continue.

            Benchmarks: \(names).
            To add one, write a YAML file like those in Sources/Evaluation/Benchmarks.

            --rescore reproduces the benchmark's official scorer:
            \(PublishedProtocol.allCases.map { "  \($0.rawValue): \($0.summary)" }.joined(separator: "\n"))

            Examples:
              deepeyes evaluate --benchmark visualsearch \\
                  --model runs/demo/checkpoints/step-500
              deepeyes evaluate --benchmark vstar --data vstar_bench \\
                  --model Qwen2.5-VL-7B --samples 4 --temperature 0.7
              deepeyes evaluate --benchmark vstar --data vstar_bench \\
                  --model Qwen2.5-VL-7B --protocol published
              deepeyes evaluate --benchmark vstar --data vstar_bench \\
                  --endpoint http://localhost:8000/v1 --model NAME
              deepeyes evaluate --benchmark pope --data coco_pope_random.json \\
                  --rescore answers.jsonl --output score.json
            """)

    private static var names: String {
        (try? Benchmark.shipped())?.map(\.name).joined(separator: ", ") ?? ""
    }

    @Option(help: "Name of a benchmark, or a YAML file that declares one.")
    var benchmark: String

    @Option(help: "File or folder with the benchmark's data.", completion: .file())
    var data: String?

    @Option(help: "Folder of the model; with --endpoint, its name on the server.", completion: .directory)
    var model: String?

    @Option(help: "File of predictions to score; no model is run.", completion: .file())
    var rescore: String?

    @Option(
        help: "Folder of the evaluation, default runs/BENCHMARK; with --rescore, a JSON file for the scores.")
    var output: String?

    @Option(
        name: .customLong("protocol"),
        help:
            "honest: score with this project's rules; published: score with the official scorer too, options unshuffled."
    )
    var scoring: EvaluationSettings.Scoring = .honest

    @Option(help: "Answers sampled per question; accuracy is their mean.", range: .atLeast(1))
    var samples: Int = 1

    @Option(help: "Sampling temperature; 0 is greedy decoding.", range: .atLeast(0))
    var temperature: Double = 0

    @Option(help: "Random seed for the order of options and for sampling.", range: .atLeast(0))
    var seed: UInt64 = 1

    @Option(help: "Maximum number of items; all if left out.", range: .atLeast(1))
    var limit: Int?

    @Option(
        help: "agent: adds the instruction to think and to answer inside <answer>; plain: the question only."
    )
    var prompting: Prompting = .agent

    @Option(help: "Condition to evaluate: tools or no_tools; repeatable, both if left out.")
    var condition: [EvaluationSettings.Condition] = []

    @Flag(help: "Keep answer options in file order, as the official scripts do.")
    var optionsAsOnDisk = false

    @Option(help: "Questions answered concurrently.", range: .atLeast(1))
    var concurrency: Int = 32

    @Option(help: "Maximum number of tokens in one turn.", range: .atLeast(1))
    var maximumTokens: Int = 1024

    @Flag(help: "Write scores only, not the page of answers with their images.")
    var noPages = false

    @OptionGroup
    var memory: MemoryOptions

    @OptionGroup
    var weights: StorageOptions

    @OptionGroup(title: "Model on a server")
    var server: EndpointOptions

    @OptionGroup(title: "Judge of free text")
    var judging: JudgeOptions

    func validate() throws {
        if samples > 1 && temperature == 0 {
            throw ValidationError(
                "--samples above 1 needs a --temperature above 0: greedy answers are identical")
        }
        guard (model == nil) != (rescore == nil) else {
            throw ValidationError("give either --model to evaluate a model or --rescore to score predictions")
        }
    }

    func run() throws {
        if let rescore {
            try score(URL(filePath: rescore))
        } else if let model {
            try ask(model)
        }
    }

    // MARK: Asking a model

    private var settings: EvaluationSettings {
        var settings = EvaluationSettings()
        settings.scoring = scoring
        settings.samples = samples
        settings.temperature = temperature
        settings.seed = seed
        settings.shufflesOptions = !optionsAsOnDisk
        settings.prompting = prompting
        settings.conditions = condition.isEmpty ? EvaluationSettings.Condition.allCases : condition
        settings.limit = limit
        settings.concurrency = concurrency
        settings.maximumTokens = maximumTokens
        return settings
    }

    private func ask(_ model: String) throws {
        let benchmark = try Benchmark(named: benchmark)
        let settings = settings
        if scoring == .published, benchmark.published == nil {
            throw ValidationError("\(benchmark.title) has no official scorer; omit --protocol")
        }
        let items = try items(of: benchmark)
        let name = try server.name(of: model)
        let folder = try EvaluationFolder(
            URL(filePath: output ?? "runs/\(benchmark.name)"),
            holding: .init(benchmark, model: name, settings: settings))
        let asked = try server.model(
            model, toolCalls: settings.toolCalls, concurrency: concurrency, memory: memory,
            storage: weights.storage())
        let evaluator = Evaluator(
            benchmark, items: items, settings: settings,
            judge: try judging.judge(format: asked.format, keepingVerdictsIn: folder.url),
            store: EvaluationStore(try TrajectoryStore(at: folder.databaseFile)),
            toleratedFailures: server.toleratedFailureFraction)
        let interruption = Interruption {
            Console.report(
                "\nstopping once running answers are complete; press Ctrl-C again to stop at once\n")
        }
        let line = ProgressLine("asking")
        let badItems = Mutex<[Evaluator.BadItem]>([])
        let failures = Mutex<[String]>([])
        let isDone = try asked.serve { runner in
            try await evaluator.run(
                by: runner, onProgress: { line.show($0.completed, of: $0.total) },
                onBadItem: { item in
                    badItems.withLock { $0.append(item) }
                    line.message("skipped: \(item.problem)")
                }, onFailure: { reason in failures.withLock { $0.append(reason) } },
                shouldStop: { interruption.isRequested })
        }
        line.finish()
        guard isDone else {
            try Console.write("stopped; run the same command again to continue\n")
            return
        }
        let failed = failures.withLock(\.self)
        let outcomes = try waiting { try await evaluator.outcomes() }
        if let last = failed.last {
            guard outcomes.values.contains(where: { !$0.isEmpty }) else {
                throw UnansweredError(description: "no question got an answer; the last one \(last)")
            }
            Console.report(
                "\(failed.count) questions have no answer and are not scored; the last one \(last). Run the same command "
                    + "again to retry them.\n")
        }
        let result = EvaluationResult(
            of: benchmark, model: name, settings: settings, badItems: badItems.withLock(\.self),
            unanswered: failed.count, outcomes: outcomes,
            published: try published(benchmark, evaluator, in: folder))
        let pages = ProgressLine("drawing")
        try waiting {
            try await folder.write(result, of: evaluator, hasPages: !noPages) { pages.show($0, of: $1) }
        }
        pages.finish()
        let tables = EvaluationReport(result).tables.map(\.text).joined(separator: "\n\n")
        try Console.write("\n\(tables)\n\nreport: \(folder.reportFile.path)\n")
    }

    /// Writes the answers in the official scorer's format and scores them with it.
    private func published(
        _ benchmark: Benchmark, _ evaluator: Evaluator, in folder: EvaluationFolder
    ) throws -> [EvaluationSettings.Condition: Score]? {
        guard scoring == .published, let published = benchmark.published else { return nil }
        var scores: [EvaluationSettings.Condition: Score] = [:]
        for condition in evaluator.settings.conditions {
            let file = folder.predictionsFile(condition)
            try AtomicFile.write(try waiting { try await evaluator.predictions(condition) }, to: file)
            do { scores[condition] = try published.score(file, data: nil) } catch let error as PredictionError
            {
                // Benchmarks with an official judge need its output before they can be scored.
                Console.report("\(benchmark.title) needs its official judge before scoring: \(error)\n")
            }
        }
        return scores
    }

    private func items(of benchmark: Benchmark) throws -> any Evaluator.Items {
        guard benchmark.data.layout == .scenes else {
            guard let data else {
                throw ValidationError("\(benchmark.title) needs --data, the file or folder with its data")
            }
            return try BenchmarkQuestions(benchmark, data: URL(filePath: data))
        }
        let scenes = EvaluationPlan.Scenes()
        return ExampleItems(try ProceduralTask().heldOut(seed: scenes.seed, sceneCount: scenes.count))
    }

    // MARK: Scoring predictions

    private func score(_ predictions: URL) throws {
        let declared = try? Benchmark(named: benchmark)
        guard let published = PublishedProtocol(rawValue: benchmark) ?? declared?.published else {
            let known = PublishedProtocol.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--rescore supports \(known), not \(benchmark)")
        }
        let outputFile = try output.map { try OutputFile($0) }
        let score = try published.score(predictions, data: data.map { URL(filePath: $0) })
        try Console.write(score.tables().map(\.text).joined(separator: "\n\n") + "\n")
        if let outputFile {
            try outputFile.write(json: score)
            try Console.write("wrote \(outputFile.url.relativePath)\n")
        }
    }
}

extension Prompting: ExpressibleByArgument {}
extension EvaluationSettings.Scoring: ExpressibleByArgument {}
extension EvaluationSettings.Condition: ExpressibleByArgument {}
