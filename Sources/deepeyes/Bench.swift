import ArgumentParser
import Foundation
import Generation
import Models
import Tasks
import Training

struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure generation of a group of completions, and a whole step of GRPO on them.",
        discussion: """
            The data is a folder with prompts.json, a list of {"question": …, "images": [file names]}; each round \
            takes the next prompt. Every completion gets exactly the number of tokens asked for. Prints one JSON \
            object with the seconds of each round and the peak memory; the first rounds are reported apart.

            `make bench` compares the figures with TRL and transformers.

            Example:
              deepeyes bench --model Models/nano-base --data prompts --group 8 --tokens 64 --repeat 20
            """)

    enum Quantity: String, ExpressibleByArgument, CaseIterable { case generation, step }

    @Option(help: "Folder of the model.")
    var model: String = "Models/nano-base"

    @Option(help: "Folder that holds prompts.json.", completion: .directory)
    var data: String

    @Option(help: "generation or step; without it first one and then the other.")
    var measure: Quantity?

    @Option(help: "Completions of each prompt.")
    var group: Int = 8

    @Option(help: "Tokens of each completion.")
    var tokens: Int = 64

    @Option(help: "Rounds that are counted.")
    var `repeat`: Int = 10

    @Option(help: "Rounds before those.")
    var warmUp: Int = 2

    @Option(help: "Threads of libtorch; 0 takes one per core.")
    var threads: Int = 0

    @Option(help: "Workers that compute side by side, with the threads divided among them.")
    var workers: Int = 1

    /// What is printed.
    private struct Report: Encodable {
        var promptTokens: [[Int32]]
        var generation: StepBenchmark.Timing?
        var step: StepBenchmark.Timing?
    }

    func validate() throws {
        guard group > 1, tokens > 0, `repeat` > 0, warmUp >= 0, threads >= 0, workers > 0 else {
            throw ValidationError(
                "a group needs two completions, each of them a token, and one round has to be counted")
        }
    }

    func run() throws {
        let benchmark = try StepBenchmark(
            try PolicyModel.fitting(URL(filePath: model)), source: try PromptFolder(URL(filePath: data)),
            configuration: StepBenchmark.Configuration(
                groupSize: group, tokenCount: tokens, repetitions: `repeat`, warmUps: warmUp,
                threads: threads, workers: workers))
        let report = Report(
            promptTokens: try benchmark.promptTokens(),
            generation: measure == .step ? nil : try benchmark.generation(),
            step: measure == .generation ? nil : try benchmark.step())
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        print(String(decoding: try encoder.encode(report), as: UTF8.self))
    }
}
