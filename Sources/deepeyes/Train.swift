import ArgumentParser
import Foundation
import JSON
import Reports
import Runs
import Settings
import Training

struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a policy by reinforcement learning with outcome rewards (GRPO).",
        discussion: """
            A run is a folder with the resolved config.yaml, metrics.jsonl, TensorBoard events, run.sqlite with every \
            trajectory, checkpoints/step-N that transformers loads, report.html and report.json.

            Ctrl-C saves a checkpoint and stops; --resume continues from the newest checkpoint. A resumed run writes the \
            same metrics as an uninterrupted one, byte for byte. A finished run is extended with --resume --set steps=N; \
            its learning rate then follows the schedule of N steps.

            Alarms in the configuration can pause or stop a run: the exit code is then 3 or 4, and the last line says how \
            to continue. With --resume, alarm rules can be changed: --set alarms.NAME.action=warn.

            Examples:
              deepeyes train --config Configurations/nano.yaml --run runs/first
              deepeyes train --run runs/first --resume
              deepeyes train --run runs/first --resume --set steps=800
              deepeyes train --config Configurations/nano.yaml --run runs/photos \\
                  --backgrounds ~/Pictures
              deepeyes train --config Configurations/nano.yaml --run runs/short \\
                  --set steps=20 --set rollout.groupSize=4
            """)

    @Option(
        help: "YAML file with the values that differ from the defaults.",
        completion: .file(extensions: ["yaml"])
    )
    var config: String?

    @Option(name: .customLong("run"), help: "Folder of the run.", completion: .directory)
    var runPath: String = "runs/train"

    @Flag(help: "Resume the run in that folder with its own configuration.")
    var resume = false

    @Option(help: "Random seed for scenes and sampling.", range: .atLeast(0))
    var seed: UInt64?

    @Option(help: "Folder of the base checkpoint.")
    var model: String?

    @Option(help: "Folder of photographs to use as backgrounds.")
    var backgrounds: String?

    @Option(
        name: .customLong("set"),
        help: "Override one value, such as optimizer.learningRate=1e-4; repeatable.")
    var assignments: [String] = []

    @Flag(help: "Print the resolved configuration and exit.")
    var printConfiguration = false

    func run() throws {
        let url = URL(filePath: runPath)
        let configuration = try resolved(in: url)
        if printConfiguration {
            print(try configuration.resolvedText(), terminator: "")
            return
        }
        let folder =
            resume
            ? try RunFolder.open(at: url)
            : try RunFolder.create(at: url, configuration: configuration.resolvedText())
        let interruption = Interruption {
            Console.report("\nstopping after this step; press Ctrl-C again to stop at once\n")
        }
        let training: TrainingRun
        do {
            training = try TrainingRun(
                configuration: configuration, folder: folder, interruption: interruption)
        } catch {
            if !resume { try folder.discard() }
            throw error
        }
        let isComplete = resume && folder.latestCheckpoint()?.step == configuration.steps
        if resume { try recordExtension(of: folder) }
        switch try training.run() {
        case .completed(let figures):
            let tables = figures.tables.map(\.text).joined(separator: "\n\n")
            print("\n\(tables)\n\nreport: \(folder.reportFile.path)")
            if isComplete {
                print(
                    "all \(configuration.steps) steps were done; to train on: deepeyes train --run \(runPath) "
                        + "--resume --set steps=\(2 * configuration.steps)")
            }
        case .interrupted(let step):
            print("saved after step \(step); to continue: deepeyes train --run \(runPath) --resume")
        case .alarmed(let ending):
            Console.report("deepeyes: \(ending.message(run: runPath))\n")
            throw ExitCode(ending.exitCode)
        }
    }

    private func resolved(in url: URL) throws -> TrainingConfiguration {
        if resume {
            let folder = try RunFolder.open(at: url)
            guard config == nil, seed == nil, model == nil, backgrounds == nil,
                assignments.allSatisfy({ $0.hasPrefix("alarms.") || $0.hasPrefix("steps=") })
            else {
                throw ValidationError(
                    "--resume uses the run's own configuration; besides it accepts only --set steps=N, to extend the "
                        + "run, and --set alarms.…")
            }
            let configuration = try TrainingConfiguration.load(
                from: folder.configurationFile.path, overrides: assignments)
            let completed = folder.latestCheckpoint()?.step ?? 0
            guard configuration.steps >= completed else {
                throw ValidationError(
                    "--set steps=\(configuration.steps): the run has completed \(completed) steps; give at least "
                        + "\(completed), or begin another run")
            }
            return configuration
        }
        var overrides = assignments
        if let seed { overrides.append("seed=\(seed)") }
        if let model { overrides.append("model=\(quoted(model))") }
        if let backgrounds { overrides.append("backgrounds=\(quoted(backgrounds))") }
        return try TrainingConfiguration.load(from: config, overrides: overrides)
    }

    /// Writes a changed number of steps to the run's configuration, so that the next `--resume` continues to that step.
    private func recordExtension(of folder: RunFolder) throws {
        let path = folder.configurationFile.path
        let changes = assignments.filter { $0.hasPrefix("steps=") }
        let (old, new) = (
            try TrainingConfiguration.load(from: path),
            try TrainingConfiguration.load(from: path, overrides: changes)
        )
        guard new.steps != old.steps else { return }
        try AtomicFile.write(new.resolvedText(), to: folder.configurationFile)
        print("extended from \(old.steps) to \(new.steps) steps")
    }

    /// `text` as a quoted YAML string. A JSON string is a valid YAML string.
    private func quoted(_ text: String) -> String {
        JSONValue.string(text).text
    }
}
