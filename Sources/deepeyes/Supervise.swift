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
        abstract: "Supervised fine-tuning on conversations with images.",
        discussion: """
            The data is JSONL with one conversation per line, in OpenAI-style messages; image paths are relative to the \
            file. The loss covers assistant tokens only, so each conversation needs an assistant message. Tool replies \
            have the role "tool"; "tools" lists the tools that the prompt offers. One line, wrapped here:
              {"messages": [
                {"role": "user", "content": [
                  {"type": "image", "image": "a.png"}, {"type": "text", "text": "Where?"}]},
                {"role": "assistant", "content": "<answer>on the left</answer>"}],
               "tools": ["image_zoom_in_tool"]}

            Ctrl-C finishes the current step, writes the checkpoint and stops.

            Example:
              deepeyes sft --model Models/nano-base --data conversations.jsonl \\
                  --output models/tuned
            """)

    @Option(help: "JSONL file of conversations.", completion: .file(extensions: ["jsonl"]))
    var data: String

    @Option(help: "Folder to write the trained checkpoint to; must not exist.")
    var output: String

    @Option(
        help: "YAML file with the values that differ from the defaults.",
        completion: .file(extensions: ["yaml"])
    )
    var config: String?

    @Option(help: "Folder of the checkpoint to start from.")
    var model: String?

    @Option(name: .customLong("set"), help: "Override one value, such as epochs=3; repeatable.")
    var assignments: [String] = []

    func run() throws {
        var configuration = try ConfigurationFile.load(
            SupervisedConfiguration(), from: config, overrides: assignments)
        if let model { configuration.model = model }
        guard !FileManager.default.fileExists(atPath: output) else {
            throw ValidationError("\(output) already exists; remove it or choose another folder")
        }
        let conversations = try ConversationFile(URL(filePath: data))
        let model = try ModelDirectory.folder(at: configuration.model)
        try conversations.check(model: model, tools: .standard)
        for key in conversations.unreadKeys() { Console.report("\(key)\n") }
        let trainer = SupervisedTrainer(
            configuration: configuration, conversations: conversations,
            policyModel: try PolicyModel.fitting(model, copies: 4),
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
