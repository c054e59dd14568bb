import ArgumentParser
import Training

/// The training configuration that defines the procedural task.
struct TaskOptions: ParsableArguments {
    @Option(
        help: "Training configuration (YAML) that defines the task.",
        completion: .file(extensions: ["yaml"]))
    var config: String?

    @Option(name: .customLong("set"), help: "Override one value, such as task.canvas=2240; repeatable.")
    var assignments: [String] = []

    /// - Throws: an error that names the invalid value.
    func configuration() throws -> TrainingConfiguration {
        try TrainingConfiguration.load(from: config, overrides: assignments)
    }
}
