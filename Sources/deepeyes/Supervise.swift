import Agent
import ArgumentParser
import Foundation
import Generation
import Models
import Runs
import Tasks
import Training

struct Supervise: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sft",
        abstract: "Train on conversations with images: supervised, on the assistant's tokens.",
        discussion: """
            The data is JSONL, one conversation a line, with OpenAI-style messages; images are paths relative to the \
            file. Assistant messages are what is learned, so each line needs one. Tool replies are messages of the role \
            "tool", and "tools" names those that the prompt offers. A line, here broken up:
              {"messages": [
                {"role": "user", "content": [{"type": "image", "image": "a.png"}, {"type": "text", "text": "Where?"}]},
                {"role": "assistant", "content": "<answer>on the left</answer>"}],
               "tools": ["image_zoom_in_tool"]}

            Ctrl-C writes the checkpoint of the step reached and stops.

            Example:
              deepeyes sft --model Models/nano-base --data conversations.jsonl --output models/tuned
            """)

    @Option(help: "JSONL file of conversations.", completion: .file(extensions: ["jsonl"]))
    var data: String

    @Option(help: "Folder to write the trained checkpoint to; must not exist.")
    var output: String

    @Option(
        help: "YAML file; it states what it changes of the defaults.", completion: .file(extensions: ["yaml"])
    )
    var config: String?

    @Option(help: "Folder of the checkpoint to start from.")
    var model: String?

    @Option(name: .customLong("set"), help: "Change one value, such as epochs=3; may be repeated.")
    var assignments: [String] = []

    func run() throws {
        var configuration = try ConfigurationFile.load(
            SupervisedConfiguration(), from: config, overrides: assignments)
        if let model { configuration.model = model }
        guard !FileManager.default.fileExists(atPath: output) else {
            throw ValidationError("\(output) exists already; remove it or choose another folder")
        }
        let trainer = SupervisedTrainer(
            configuration: configuration, conversations: try ConversationFile(URL(filePath: data)),
            policyModel: try PolicyModel.fitting(URL(filePath: configuration.model), copies: 4),
            tools: .standard)
        let interruption = Interruption {
            Console.report("\nstopping after this step; press Ctrl-C again to stop at once\n")
        }
        var progress = ProgressReporter(total: trainer.stepCount)
        let start = ContinuousClock.now
        let console = ConsoleOutput.standard
        try trainer.run { step in
            progress.advance(to: step.index, elapsed: ContinuousClock.now - start)
            console.write(
                "step \(step.index)/\(trainer.stepCount)  loss \(Readable.fixed(step.loss, 4))  "
                    + "gradient \(Readable.fixed(step.gradientNorm, 3))  \(progress.text)\n")
        } shouldStop: {
            interruption.isRequested
        }
        try trainer.save(to: URL(filePath: output))
        print("wrote \(output)")
    }
}
