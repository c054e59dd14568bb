import Agent
import Foundation
import Training

/// The shipped base, and a training of it that takes seconds.
enum ShortTraining {
    static let base = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Models/nano-base")

    static func configuration(steps: Int, scenes: Int) -> TrainingConfiguration {
        var configuration = TrainingConfiguration()
        configuration.model = base.path
        configuration.steps = steps
        configuration.rollout.promptsPerStep = 2
        configuration.rollout.groupSize = 4
        configuration.rollout.sampling.maximumTokens = 48
        configuration.rollout.limits.toolCalls = 2
        configuration.optimizer.learningRate = 1e-3
        configuration.checkpoint.every = 2
        configuration.evaluation.scenes = scenes
        return configuration
    }
}
