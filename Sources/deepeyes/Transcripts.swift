import Agent
import ArgumentParser
import Foundation
import Generation
import Models
import Tasks
import Training

/// For `Tools/reference/check_checkpoint.py`; not among the commands that `--help` lists.
struct Transcripts: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answer scenes greedily and write tokens and images, for another implementation to check.",
        shouldDisplay: false)

    @Option(help: "Folder of the model.")
    var model: String = "Models/nano-base"

    @Option(help: "Folder to write to; must not exist.")
    var output: String

    @Option(help: "Number of scenes, the test set's first; every second one comes with tools.")
    var count: Int = 50

    @Option(help: "Most tokens in one turn.")
    var maximumTokens: Int = 128

    @OptionGroup
    var task: TaskOptions

    func run() throws {
        let configuration = try task.configuration()
        let source = try configuration.madeTask.examples(
            seed: configuration.seed, split: .test, count: count)
        let export = TranscriptExport(
            of: source, tools: ToolBox([ZoomTool()]), maximumTokens: maximumTokens)
        let summary = try export.write(
            count, by: PolicyModel.fitting(URL(filePath: model)), to: URL(filePath: output))
        print(
            "\(summary.transcriptCount) transcripts, \(summary.callingCount) with calls of the model, "
                + "\(summary.imageCount) images, \(summary.generatedTokenCount) generated tokens in \(output)"
        )
    }
}
