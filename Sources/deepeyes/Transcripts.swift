import Agent
import ArgumentParser
import Foundation
import Generation
import Models
import Runs
import Settings
import Tasks
import Training

/// For `Tools/reference/check_checkpoint.py`; hidden in `--help`.
struct Transcripts: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Write transcripts of greedy answers with their images, to check another implementation against.",
        shouldDisplay: false)

    @Option(help: "Folder of the model.")
    var model: String = "Models/nano-base"

    @Option(help: "Folder to write to; must not exist.")
    var output: String

    @Option(help: "Number of scenes from the test split; every second one offers tools.", range: .atLeast(1))
    var count: Int = 50

    @Option(help: "Maximum number of tokens in one turn.", range: .atLeast(1))
    var maximumTokens: Int = 128

    @OptionGroup
    var weights: StorageOptions

    @OptionGroup
    var task: TaskOptions

    func run() throws {
        let folder = try OutputFolder(new: output)
        let configuration = try task.configuration()
        let source = try configuration.proceduralTask.examples(
            seed: configuration.seed, split: .test, count: count)
        let export = TranscriptExport(
            of: source, tools: ToolBox([ZoomTool()]), maximumTokens: maximumTokens)
        let summary = try export.write(
            count, by: PolicyModel.fitting(ModelDirectory.folder(at: model), storage: weights.storage()),
            to: folder)
        print(
            "\(summary.transcriptCount) transcripts, \(summary.callingCount) with tool calls, "
                + "\(summary.imageCount) images, \(summary.generatedTokenCount) generated tokens in \(output)"
        )
    }
}
