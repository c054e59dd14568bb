import Agent
import ArgumentParser
import Foundation
import Runs
import Settings
import Tasks
import Training

struct Scenes: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Export scenes of the visual search task as image files with a JSONL file of questions.",
        discussion: """
            Writes examples.jsonl with questions and their keys, for `deepeyes train`, and sft/conversations.jsonl with \
            questions and right answers, for `deepeyes sft`.

            Example:
              deepeyes scenes --output scenes --count 100 --config Configurations/nano.yaml
            """)

    @Option(help: "Folder to write to.")
    var output: String

    @Option(help: "Number of examples.", range: .atLeast(1))
    var count: Int = 100

    @Option(help: "training, validation or test; the splits have no scene in common.")
    var split: ExampleSplit = .validation

    @OptionGroup
    var task: TaskOptions

    func run() throws {
        let configuration = try task.configuration()
        let source = try configuration.proceduralTask.examples(
            seed: configuration.seed, split: split, count: count)
        let (count, folder) = (count, try OutputFolder(new: output).url)
        try waiting { try await source.export(0..<count, to: folder) }
        print("\(count) examples in \(output)")
    }
}

extension ExampleSplit: ExpressibleByArgument {}
