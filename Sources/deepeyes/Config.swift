import ArgumentParser
import NanoBase
import Settings
import Training

/// Explains the keys of configurations.
struct Config: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Explain the keys of configuration files and of --set.",
        discussion: """
            Prints each key with its default, its range and its meaning. Documentation/Configuration.md has the
            same for all commands.

            Examples:
              deepeyes config
              deepeyes config rollout.groupSize
              deepeyes config optimizer --of sft
            """)

    @Argument(help: "A key, or the beginning of keys; all keys if left out.")
    var key: String?

    @Option(help: "The command whose configuration is explained: train, sft or nano-base.")
    var of: String = "train"

    @Flag(help: "Print Documentation/Configuration.md.")
    var markdown = false

    private static let references = [
        ConfigurationReference(
            Train._commandName,
            "The file of `--config` and the overrides of `--set`. `evaluate`, `select` and `judge check` read `judge` from it, "
                + "`scenes` reads `task`.", of: TrainingConfiguration()),
        ConfigurationReference(
            Supervise._commandName, "The file of `--config` and the overrides of `--set`.",
            of: SupervisedConfiguration()),
        ConfigurationReference(
            NanoBase._commandName,
            "The recipe of the nano base model, such as `Configurations/nano-base.yaml`.",
            of: NanoBaseConfiguration()),
    ]

    func run() throws {
        if markdown {
            try Console.write(ConfigurationReference.page(Self.references))
            return
        }
        guard let reference = Self.references.first(where: { $0.command == of }) else {
            let names = Self.references.map(\.command)
            throw ValidationError(
                "--of: \(of) has no configuration; use \(names.listed)\(NearestName.question(of, among: names))"
            )
        }
        guard let text = reference.text(of: key) else {
            let name = key ?? ""
            let parents = reference.keys.filter { !$0.contains(".") }.joined(separator: ", ")
            throw ValidationError(
                "there is no key \(name)\(NearestName.question(name, among: reference.keys)); "
                    + "the keys are \(parents)")
        }
        try Console.write(text + "\n")
    }
}
