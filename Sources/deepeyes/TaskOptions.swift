import ArgumentParser
import Training

/// The configuration whose procedural task is used.
struct TaskOptions: ParsableArguments {
    @Option(
        help: "YAML file of a training configuration, whose task is used.",
        completion: .file(extensions: ["yaml"]))
    var config: String?

    @Option(name: .customLong("set"), help: "Change one value, such as task.canvas=2240; may be repeated.")
    var assignments: [String] = []

    /// - Throws: an error that names the value that cannot be used.
    func configuration() throws -> TrainingConfiguration {
        try TrainingConfiguration.load(from: config, overrides: assignments)
    }
}
