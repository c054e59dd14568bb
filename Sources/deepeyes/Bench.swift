import ArgumentParser
import Foundation
import Generation
import Models
import Settings
import Tasks
import Training

struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Benchmark generation of a group of completions and a whole training step.",
        discussion: """
            The data is a folder with prompts.json, a list of {"question": …, "images": [file names]}; each round \
            takes the next prompt. Every completion has exactly --tokens tokens. Prints one JSON object with the \
            seconds of each round and the peak memory; warm-up rounds are listed separately.

            `make bench` compares the results with TRL and transformers.

            Example:
              deepeyes bench --model Models/nano-base --data prompts --group 8 \\
                  --tokens 64 --repeat 20
            """)

    enum Quantity: String, ExpressibleByArgument, CaseIterable { case generation, step }

    @Option(help: "Folder of the model.")
    var model: String = "Models/nano-base"

    @Option(help: "Folder that holds prompts.json.", completion: .directory)
    var data: String

    @Option(help: "generation or step; both if left out.")
    var measure: Quantity?

    @Option(help: "Completions per prompt; a step needs two.", range: .atLeast(1))
    var group: Int = 8

    @Option(help: "Tokens per completion.", range: .atLeast(1))
    var tokens: Int = 64

    @Option(help: "Measured rounds.", range: .atLeast(1))
    var `repeat`: Int = 10

    @Option(help: "Warm-up rounds before the measured ones.", range: .atLeast(0))
    var warmUp: Int = 2

    @Option(help: "libtorch threads; 0 uses one per core.", range: .atLeast(0))
    var threads: Int = 0

    @Option(
        help: "Workers that compute in parallel; the threads are divided among them.",
        range: .from(1, to: 1024))
    var workers: Int = 1

    @OptionGroup
    var weights: StorageOptions

    @Option(help: "The algorithm of a step.")
    var algorithm: AlgorithmName = .grpo

    func validate() throws {
        guard measure != .generation else { return }
        if group < 2 { throw ValidationError("--group must be at least 2, unless --measure is generation") }
        if weights.precision != .fp32 {
            throw ValidationError(
                "a step trains in fp32; give --measure generation for --precision \(weights.precision)")
        }
    }

    /// The printed JSON object.
    private struct Report: Encodable {
        var promptTokens: [[Int32]]
        var generation: StepBenchmark.Timing?
        var step: StepBenchmark.Timing?
    }

    func run() throws {
        let benchmark = try StepBenchmark(
            try PolicyModel.fitting(ModelDirectory.folder(at: model), storage: weights.storage()),
            source: try PromptFolder(URL(filePath: data)),
            configuration: StepBenchmark.Configuration(
                groupSize: group, tokenCount: tokens, repetitions: `repeat`, warmUps: warmUp,
                threads: threads, workers: workers, includesSteps: measure != .generation,
                algorithm: algorithm.algorithm))
        let report = Report(
            promptTokens: try benchmark.promptTokens(),
            generation: measure == .step ? nil : try benchmark.generation(),
            step: measure == .generation ? nil : try benchmark.step())
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        print(String(decoding: try encoder.encode(report), as: UTF8.self))
    }
}

extension AlgorithmName: ExpressibleByArgument {}
