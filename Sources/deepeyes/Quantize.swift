import Agent
import ArgumentParser
import Foundation
import Generation
import Models
import Runs
import Settings
import Tasks
import Training

struct Quantize: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure what int8 or bf16 costs in accuracy, and write a checkpoint in int8.",
        discussion: """
            The model answers questions in the precision of --against, with tools. Both precisions then compute the distribution of \
            each token of these answers. Printed are the divergence between the two, and how often they find the same token most \
            likely. The questions are the scenes of --config, or those of a folder with prompts.json.

            Every command quantizes with --precision int8 while it loads. A checkpoint that is written once with --output loads at \
            once, because it stays in its file. Only deepeyes reads it.

            Example:
              deepeyes quantize --model models/Qwen2.5-VL-7B-Instruct --data prompts --output models/7b-int8
              deepeyes ask --model models/7b-int8 --precision int8 --image street.jpg "What does the sign say?"
            """)

    @Option(help: "Folder of the model.")
    var model: String = "Models/nano-base"

    @Option(help: "The precision to measure: int8 or bf16.")
    var precision: Precision = .int8

    @Option(help: "The precision to compare with: bf16 or fp32.")
    var against: Precision = .bf16

    @Option(help: "Folder that holds prompts.json, instead of scenes.", completion: .directory)
    var data: String?

    @Option(help: "Number of questions; 0 to write only.", range: .atLeast(0))
    var count: Int = 50

    @Option(help: "Maximum number of tokens in one turn.", range: .atLeast(1))
    var maximumTokens: Int = 256

    @Option(help: "Folder to write a checkpoint in int8 to; must not exist.", completion: .directory)
    var output: String?

    @OptionGroup
    var tools: ToolOptions

    @OptionGroup
    var task: TaskOptions

    func validate() throws {
        _ = try tools.box()
        if precision == against {
            throw ValidationError("--precision and --against are both \(precision); nothing would differ")
        }
        if output != nil, precision != .int8 {
            throw ValidationError("--output writes int8; leave --precision at int8")
        }
        if count == 0, output == nil {
            throw ValidationError("nothing to do: give --output to write, or a --count above 0 to measure")
        }
    }

    func run() throws {
        let folder = try ModelDirectory.folder(at: model)
        let output = try output.map { try OutputFolder(new: $0) }
        let quantized = try PolicyModel.fitting(folder, storage: ParameterStorage(precision: precision))
        if output != nil, quantized.model.hasLowRank {
            throw ValidationError("\(folder.relativePath) is an adapter; `deepeyes merge` it first")
        }
        if count > 0 {
            let reference = try PolicyModel.fitting(folder, storage: ParameterStorage(precision: against))
            let difference = try PrecisionComparison(
                of: try source(), tools: try tools.box(), maximumTokens: maximumTokens
            ).difference(of: quantized, from: reference, count: count)
            print(table(of: difference))
        }
        if let output {
            try quantized.save(to: output.url)
            print("written: \(output.url.relativePath)")
        }
    }

    private func source() throws -> any ExampleSource {
        if let data { return try PromptFolder(URL(filePath: data)) }
        let configuration = try task.configuration()
        return try configuration.proceduralTask.examples(
            seed: configuration.seed, split: .test, count: count)
    }

    private func table(of difference: PrecisionComparison.Difference) -> String {
        func number(_ value: Double) -> String { String(format: "%.2g", value) }
        return """
            \(precision.rawValue) against \(against.rawValue), \(difference.tokenCount) tokens of \(count) answers
              same token most likely    \(String(format: "%.2f", 100 * difference.agreement)) %
              divergence, mean          \(number(difference.divergence)) nats a token
              divergence, largest       \(number(difference.largestDivergence)) nats
            """
    }
}
