import Agent
import FoundationEssentials
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
}
