import ArgumentParser
import Foundation
import Runs
import Training

struct NanoBase: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nano-base",
        abstract: "Teach the nano model what a base brings to visual search, with a weak habit of zooming.",
        discussion: """
            Lessons are drawn from procedural scenes: where objects are, relations, existence, close-ups to read, and \
            questions with a tool that are answered by an imprecise habit. Reinforcement learning starts from the result.

            Example:
              deepeyes nano-base --config Configurations/nano-base.yaml --output models/nano-base
            """)

    @Option(help: "Folder to write the checkpoint to; must not exist.")
    var output: String

    @Option(
        help: "YAML file; it states what it changes of the defaults.", completion: .file(extensions: ["yaml"])
    )
    var config: String?

    @Option(help: "Folder of the checkpoint to start from.")
    var model: String?

    @Option(name: .customLong("set"), help: "Change one value, such as steps=100; may be repeated.")
    var assignments: [String] = []

    func run() throws {
        var configuration = try ConfigurationFile.load(
            NanoBaseConfiguration(), from: config, overrides: assignments)
        if let model { configuration.model = model }
        guard !FileManager.default.fileExists(atPath: output) else {
            throw ValidationError("\(output) exists already; remove it or choose another folder")
        }
        let trainer = try NanoBaseTrainer(configuration)
        let interruption = Interruption {
            FileHandle.standardError.write(Data("\nstopping after this step\n".utf8))
        }
        var progress = ProgressReporter(total: configuration.steps)
        let start = ContinuousClock.now
        try trainer.run { step in
            progress.advance(to: step.index, elapsed: ContinuousClock.now - start)
            guard step.index.isMultiple(of: 10) || step.index == configuration.steps else { return }
            ConsoleOutput.standard.write(
                "step \(step.index)/\(configuration.steps)  loss \(Readable.fixed(step.loss, 4))  "
                    + "gradient \(Readable.fixed(step.gradientNorm, 3))  \(progress.text)\n")
        } shouldStop: {
            interruption.isRequested
        }
        try trainer.save(to: URL(filePath: output))
        print("wrote \(output)")
    }
}
