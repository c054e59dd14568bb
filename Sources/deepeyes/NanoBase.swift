import ArgumentParser
import Foundation
import Models
import NanoBase
import Runs
import Tasks
import Training

struct NanoBase: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nano-base",
        abstract: "Pretrain the nano base model: basic visual skills and a weak habit of zooming.",
        discussion: """
            Trains from random weights on procedural scenes, in stages: vision; grounding, relations and existence; \
            close-ups and questions with a tool, whose example calls are imprecise on purpose; practice of all of \
            these. Reinforcement learning starts from the result.

            Each stage writes a checkpoint to the folder; stages whose checkpoint exists, or that have no steps, are \
            skipped. --from starts from a checkpoint instead of random weights.

            Example:
              deepeyes nano-base --config Configurations/nano-base.yaml \\
                  --output runs/nano-base
              deepeyes nano-base --config Configurations/nano-search.yaml \\
                  --from Models/nano-base --output runs/nano-search
            """)

    @Option(help: "Folder for the checkpoints of the stages.", completion: .directory)
    var output: String

    @Option(
        help: "YAML file with the values that differ from the defaults.",
        completion: .file(extensions: ["yaml"])
    )
    var config: String?

    @Option(
        name: .customLong("from"), help: "Folder of the checkpoint to start from.", completion: .directory)
    var start: String?

    @Option(name: .customLong("set"), help: "Override one value, such as tools.steps=100; repeatable.")
    var assignments: [String] = []

    func run() throws {
        let configuration = try ConfigurationFile.load(
            NanoBaseConfiguration(), from: config, overrides: assignments)
        let folder = URL(filePath: output)
        try AtomicFile.createFolder(folder)
        let trainer = NanoBaseTrainer(
            configuration, folder: folder, from: try start.map { try ModelDirectory.folder(at: $0) })
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
        output.write(
            checkpoint.map { "wrote \($0.path)\n" } ?? "stopped; run the same command again to continue\n")
    }
}
