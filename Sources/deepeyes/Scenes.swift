import ArgumentParser
import Foundation
import Judging
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

    @Option(
        help: "YAML file of a training configuration, whose task is used.",
        completion: .file(extensions: ["yaml"]))
    var config: String?

    @Option(name: .customLong("set"), help: "Change one value, such as task.canvas=2240; may be repeated.")
    var assignments: [String] = []

    func run() throws {
        let configuration = try TrainingConfiguration.load(from: config, overrides: assignments)
        let source = try configuration.madeTask.examples(
            seed: configuration.seed, split: split, count: count)
        let (count, folder) = (count, URL(filePath: output))
        try waiting { try await source.export(0..<count, to: folder) }
        print("\(count) examples in \(output)")
    }
}

extension ExampleSplit: ExpressibleByArgument {}
