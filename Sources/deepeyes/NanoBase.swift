import ArgumentParser
import Foundation
import NanoBase
import Runs
import Tasks
import Training

struct NanoBase: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nano-base",
        abstract: "Teach the nano model what a base brings to visual search, with a weak habit of zooming.",
        discussion: """
            Starts from nothing and goes through four stages over lessons drawn from procedural scenes: seeing; \
            grounding, relations and existence; close-ups to read and questions with a tool, answered by an imprecise \
            habit; practice of them all. Reinforcement learning starts from the result.

            Each stage leaves a checkpoint in the folder; those that are there already are not made again.

            Example:
              deepeyes nano-base --config Configurations/nano-base.yaml --output runs/nano-base
            """)

    @Option(help: "Folder for the checkpoints of the stages.", completion: .directory)
    var output: String

    @Option(
        help: "YAML file; it states what it changes of the defaults.", completion: .file(extensions: ["yaml"])
    )
    var config: String?

    @Option(name: .customLong("set"), help: "Change one value, such as tools.steps=100; may be repeated.")
    var assignments: [String] = []

    func run() throws {
        let configuration = try ConfigurationFile.load(
            NanoBaseConfiguration(), from: config, overrides: assignments)
        let trainer = NanoBaseTrainer(configuration, folder: URL(filePath: output))
        let interruption = Interruption {
            FileHandle.standardError.write(Data("\nstopping after this step\n".utf8))
        }
        let output = ConsoleOutput.standard
        var progress = ProgressReporter(total: trainer.remainingStepCount)
        let start = ContinuousClock.now
        var stepCount = 0
        let checkpoint = try trainer.run { step in
            stepCount += 1
            progress.advance(to: stepCount, elapsed: ContinuousClock.now - start)
            guard step.index.isMultiple(of: 20) || step.index == step.count else { return }
            output.write(
                "\(step.stage) \(step.index)/\(step.count)  answers \(Readable.fixed(step.answerLoss, 4))  "
                    + "seeing \(Readable.fixed(step.denseLoss, 3))  boxes \(Readable.fixed(step.boxLoss, 4))  "
                    + "gradient \(Readable.fixed(step.gradientNorm, 2))  \(progress.text)\n")
        } shouldStop: {
            interruption.isRequested
        }
        output.write(checkpoint.map { "wrote \($0.path)\n" } ?? "stopped; the same command goes on\n")
    }
}
