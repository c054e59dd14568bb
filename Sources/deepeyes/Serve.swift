import Agent
import ArgumentParser
import Foundation
import Generation
import Imaging
import Models
import Serving
import Settings
import Tasks

struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put a model behind the OpenAI API, with a page to try it.",
        discussion: """
            Two models are offered. NAME answers as any model does: tool calls go back to the client. NAME-thinking looks
            closer by itself: the server runs the zoom tool and tells of it as it happens. The page at / shows it.

            Example:
              deepeyes serve --model runs/demo/checkpoints/step-500
              curl localhost:8000/v1/models
            """)

    @Option(help: "Folder of the model.", completion: .directory)
    var model: String = "Models/nano-base"

    @Option(help: "What clients call it; the name of the folder if not given.")
    var name: String?

    @OptionGroup(title: "Server")
    var address: ListeningOptions

    @Option(help: "A run, or a folder of runs, to show at /runs; may be repeated.", completion: .directory)
    var runs: [String] = []

    @OptionGroup
    var toolNames: ToolOptions

    @Option(help: "Most tool calls in an answer.", range: .atLeast(1))
    var toolCalls: Int = 6

    @Option(help: "Most tokens in an answer.", range: .atLeast(1))
    var maximumTokens: Int = 4096

    @Option(help: "Requests that the model works on at a time.", range: .from(1, to: 65_536))
    var parallel: Int = 64

    @Option(
        help:
            "Engines that generate in parallel over the same weights; one for each core if the model is small, else one.",
        range: .from(1, to: 1024))
    var workers: Int?

    @Option(
        help:
            "Tokens of the prefix cache: prompts that start like an earlier one, with the same system text, tools, images or turns, are not computed again. It is part of the cache of --memory.",
        range: .atLeast(0))
    var prefixCacheTokens: Int = 8192

    @OptionGroup
    var memory: MemoryOptions

    @OptionGroup
    var weights: StorageOptions

    @Option(
        help: "Requests that wait besides those; more are turned away with status 429.",
        range: .from(0, to: 65_536))
    var queue: Int = 192

    @Option(help: "Seconds an answer may take.", range: .atLeast(1))
    var seconds: Int = 600

    @Option(help: "Seconds within which a request must have arrived in full.", range: .atLeast(1))
    var requestSeconds: Int = 60

    @Option(
        help: "Seconds that a connection may be idle, or a client may take nothing of its answer.",
        range: .atLeast(1))
    var idleSeconds: Int = 30

    @Option(help: "Megabytes that a request may have.", range: .atLeast(1))
    var maximumMegabytes: Int = 96

    @Option(help: "A host from which images are fetched, if its addresses are public; may be repeated.")
    var imageHost: [String] = []

    func validate() throws {
        _ = try toolNames.box()
    }

    func run() throws {
        var configuration = try address.configuration()
        configuration.maximumBodyBytes = maximumMegabytes << 20
        configuration.requestSeconds = requestSeconds
        configuration.idleSeconds = idleSeconds
        let viewer = runs.isEmpty ? nil : ViewerRoutes(try RunLibrary(runs))
        let folder = try ModelDirectory.folder(at: model)
        let directory = try ModelDirectory(folder)
        let workerCount = try workers ?? PolicyModel.workerCount(forParameters: directory.parameterCount())
        var engineLimits = GenerationLimits(sequences: (parallel + workerCount - 1) / workerCount)
        engineLimits.prefixPages = prefixCacheTokens / workerCount / engineLimits.pageSize
        let storage = try weights.storage()
        let plan = try directory.memoryPlan(
            precision: storage.precision, workers: workerCount, limits: engineLimits, budget: memory.budget)
        engineLimits.pages = plan.pagesPerWorker
        let policyModel = try PolicyModel(directory: folder, storage: storage)
        let format = policyModel.format
        let turnEnds = Set(policyModel.rules.stops.filter { $0.value == .endOfTurn }.keys)
        let workers = try policyModel.workers(workerCount, limits: engineLimits)
        let limits = AgentLimits(
            toolCalls: toolCalls, completionTokens: maximumTokens, contextTokens: workers.contextLength)
        let name = name ?? Self.name(of: folder.standardizedFileURL)
        let images = ImageRules(allowedHosts: Set(imageHost.map { $0.lowercased() }))
        let (tools, parallel, queue, seconds) = (try toolNames.box(), parallel, queue, seconds)
        let scenes = SampleScenes()
        let card = ModelCard.line(of: folder)
        let statistics = workers.readStatistics
        try workers.serve { [configuration] policy in
            let served = ServedModel(
                name: name, policy: policy, format: format, turnEnds: turnEnds, tools: tools, limits: limits,
                statistics: statistics)
            let routes = ChatRoutes(
                model: served, admission: Admission(limit: parallel + queue, parallel: parallel),
                images: images, answerTime: .seconds(seconds), log: Console.report)
            let playground = PlaygroundRoutes(
                card: card, hasRuns: viewer != nil, sample: scenes.sample)
            let parts: [any RouteSet] = [routes, playground] + (viewer.map { [$0] } ?? [])
            try await WebServer(configuration, parts: parts).run { port in
                let address = ListeningOptions.address(configuration, port: port)
                try? Console.write(Self.welcome(name, address, plan, hasRuns: viewer != nil))
            }
        }
    }

    /// The folder's name; for a checkpoint of a run, that of the run before it.
    private static func name(of folder: URL) -> String {
        let parents = folder.deletingLastPathComponent()
        guard parents.lastPathComponent == "checkpoints" else { return folder.lastPathComponent }
        return "\(parents.deletingLastPathComponent().lastPathComponent)-\(folder.lastPathComponent)"
    }

    private static func welcome(
        _ name: String, _ address: String, _ plan: MemoryPlan, hasRuns: Bool
    ) -> String {
        """
        \(name) is served. Ctrl-C ends it, once answers under way are finished.
          try it   \(address)/
          API      \(address)/v1    (models \(name) and \(name)-thinking)
          metrics  \(address)/metrics
          memory   \(plan)
        \(hasRuns ? "  runs     \(address)/runs\n" : "")
        """
    }
}
