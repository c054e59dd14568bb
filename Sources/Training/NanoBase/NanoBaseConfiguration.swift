package import Tasks
import Torch

/// How the base of the nano model is taught: stages over lessons drawn from procedural scenes.
///
/// `Configurations/nano-base.yaml` is the recipe of the shipped `Models/nano-base`.
package struct NanoBaseConfiguration: Codable, Sendable {
    /// Folder of the checkpoint to start from.
    package var model = "Models/nano-base"
    package var seed: UInt64 = 1
    /// Threads of libtorch; 0 takes one per core.
    package var threads = 0
    package var task = VisualSearchConfiguration()
    /// Optimizer steps.
    package var steps = 400
    /// Scenes in a step.
    package var scenesPerStep = 12
    package var lessons = LessonCounts()
    package var habit = ToolHabit()
    package var optimizer = NanoBaseConfiguration.teaching

    package init() {}

    private static var teaching: OptimizerConfiguration {
        var optimizer = OptimizerConfiguration()
        optimizer.learningRate = 1e-3
        optimizer.schedule = .cosine
        optimizer.warmUpSteps = 20
        optimizer.adamW = .init(beta1: 0.9, beta2: 0.98, weightDecay: 0)
        optimizer.tokensPerPass = 4096
        return optimizer
    }
}

/// How many lessons of each kind a scene gives.
package struct LessonCounts: Codable, Hashable, Sendable {
    /// "Where is …?", answered with the box.
    package var grounding = 3
    /// Half of them left of, half above.
    package var relation = 2
    package var existence = 2
    /// Close-ups of objects, each an image of its own.
    package var closeUp = 3
    /// Questions with a tool on offer, answered by habit.
    package var attribute = 6

    package init() {}
}
