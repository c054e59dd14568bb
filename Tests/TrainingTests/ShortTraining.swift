import Agent
import Foundation
import Runs
import TestFixtures
import Training

/// A training of the shipped base that takes seconds.
enum ShortTraining {
    static func configuration(steps: Int, scenes: Int) -> TrainingConfiguration {
        var configuration = TrainingConfiguration()
        configuration.model = ShippedModel.nanoBase.path
        configuration.steps = steps
        configuration.rollout.promptsPerStep = 2
        configuration.rollout.groupSize = 4
        configuration.rollout.sampling.maximumTokens = 48
        configuration.rollout.limits.toolCalls = 2
        configuration.optimizer.learningRate = 1e-3
        configuration.checkpoint.every = 2
        configuration.evaluation = .listed([EvaluationPlan(name: "scenes", scenes: scenes)])
        return configuration
    }

    /// Trains in a new folder, or goes on in one that is there; what the console says goes to `onOutput`.
    static func run(
        _ configuration: TrainingConfiguration, at url: URL, resume: Bool = false,
        onOutput: @escaping @Sendable (String) -> Void = { _ in }
    ) throws -> TrainingRun.Ending {
        let folder =
            resume
            ? try RunFolder.open(at: url)
            : try RunFolder.create(at: url, configuration: ConfigurationFile.text(of: configuration))
        return try TrainingRun(
            configuration: configuration, folder: folder, interruption: Interruption {},
            output: ConsoleOutput(isTerminal: false, hasColours: false, write: onOutput)
        ).run()
    }
}
