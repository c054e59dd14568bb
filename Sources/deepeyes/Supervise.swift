import ArgumentParser
import Foundation
import JSON
import Runs
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

            A run is a folder as that of `deepeyes train`: config.yaml, metrics.jsonl with the training loss, \
            evaluations.jsonl with the loss on held-out conversations, TensorBoard events and checkpoints/step-N that \
            transformers loads. `deepeyes view` shows its curves.

            Ctrl-C saves a checkpoint and stops; --resume continues from the newest checkpoint. A resumed run writes the \
            same metrics and weights as an uninterrupted one, byte for byte. A finished run is extended with \
            --resume --set epochs=N or --set steps=N.

            Examples:
              deepeyes sft --data conversations.jsonl --run runs/tuned
              deepeyes sft --run runs/tuned --resume
              deepeyes sft --run runs/tuned --resume --set epochs=2
              deepeyes sft --data conversations.jsonl --run runs/long --set epochs=3
            """)

    @Option(help: "JSONL file of conversations.", completion: .file(extensions: ["jsonl"]))
    var data: String?

    @Option(name: .customLong("run"), help: "Folder of the run.", completion: .directory)
    var runPath: String = "runs/sft"

    @Flag(help: "Resume the run in that folder with its own configuration.")
    var resume = false

    @Option(help: "Folder to copy the trained model to after the last step; must not exist.")
    var output: String?

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
        let url = URL(filePath: runPath)
        let configuration = try resolved(in: url)
        let output = try output.map { try OutputFolder(new: $0) }
        let folder =
            resume
            ? try RunFolder.open(at: url)
            : try RunFolder.create(at: url, configuration: ConfigurationFile.text(of: configuration))
        let interruption = Interruption {
            Console.report("\nstopping after this step; press Ctrl-C again to stop at once\n")
        }
        let training: SupervisedRun
        do {
            training = try SupervisedRun(
                configuration: configuration, folder: folder, interruption: interruption)
        } catch {
            if !resume { try folder.discard() }
            throw error
        }
        if !assignments.isEmpty && resume {
            try AtomicFile.write(ConfigurationFile.text(of: configuration), to: folder.configurationFile)
        }
        switch try training.run() {
        case .completed(let step):
            try Console.write("model: \(runPath)/checkpoints/step-\(step)\n")
            guard let output else { return }
            try training.save(to: output)
            try Console.write("copied to \(output.url.relativePath)\n")
        case .interrupted(let step):
            let copy = output.map { " --output \($0.url.relativePath)" } ?? ""
            try Console.write(
                "saved after step \(step); to continue: deepeyes sft --run \(runPath) --resume\(copy)\n")
        }
    }

    private func resolved(in url: URL) throws -> SupervisedConfiguration {
        if resume {
            guard config == nil, data == nil, model == nil,
                assignments.allSatisfy({ $0.hasPrefix("epochs=") || $0.hasPrefix("steps=") })
            else {
                throw ValidationError(
                    "--resume uses the run's own configuration; besides it accepts only --set epochs=N or "
                        + "--set steps=N, to extend the run, and --output")
            }
            return try ConfigurationFile.load(
                SupervisedConfiguration(), from: RunFolder.open(at: url).configurationFile.path,
                overrides: assignments, check: { try $0.validate() })
        }
        var overrides = assignments
        if let data { overrides.append("data=\(JSONValue.string(data).text)") }
        if let model { overrides.append("model=\(JSONValue.string(model).text)") }
        return try ConfigurationFile.load(
            SupervisedConfiguration(), from: config, overrides: overrides, check: { try $0.validate() })
    }
}
