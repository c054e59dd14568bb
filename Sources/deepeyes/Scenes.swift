import Agent
import ArgumentParser
import Foundation
import Tasks
import Training

struct Scenes: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write scenes of the visual search task as image files and a JSONL file of questions.",
        discussion: """
            Example:
              deepeyes scenes --output scenes --count 100 --config Configurations/nano.yaml
            """)

    @Option(help: "Folder to write to.")
    var output: String

    @Option(help: "Number of examples.")
    var count: Int = 100

    @Option(help: "training, validation or test: sets that share no scene.")
    var split: ExampleSplit = .validation

    @OptionGroup
    var task: TaskOptions

    func run() throws {
        let configuration = try task.configuration()
        let source = try configuration.madeTask.examples(
            seed: configuration.seed, split: split, count: count)
        let (count, folder) = (count, URL(filePath: output))
        try waiting { try await source.export(0..<count, to: folder) }
        print("\(count) examples in \(output)")
    }
}

extension ExampleSplit: ExpressibleByArgument {}
