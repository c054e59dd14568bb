package import Tasks
package import Torch

/// How the base of the nano model is made: from nothing, in stages over lessons drawn from procedural scenes.
///
/// `Configurations/nano-base.yaml` is the recipe of the shipped `Models/nano-base`.
package struct NanoBaseConfiguration: Codable, Sendable {
    package var seed: UInt64 = 1
    /// Threads of libtorch; 0 takes one per core.
    package var threads = 0
    package var task = VisualSearchConfiguration()
    package var habit = ToolHabit()
    /// Seeing, by dense targets alone.
    package var vision = LessonStage()
    /// Grounding, relations and existence in words.
    package var language = LessonStage()
    /// Reading close-ups, and questions with a tool on offer.
    package var tools = LessonStage()
    /// All of it once more, mostly close-ups.
    package var practice = LessonStage()
    /// The close-ups that are hardest to read, at a lower rate.
    package var polish = LessonStage()
    package var muon = Muon.Options()
    package var adamW = AdamW.Options(beta1: 0.9, beta2: 0.98, weightDecay: 0)
    /// The gradient is scaled down to this norm.
    package var maximumGradientNorm = 1.0
    /// Most tokens in one forward and backward pass.
    package var tokensPerPass = 4096

    package init() {}

    /// The stages under their names, in order.
    package var stages: [(name: String, stage: LessonStage)] {
        [
            ("vision", vision), ("language", language), ("tools", tools), ("practice", practice),
            ("polish", polish),
        ]
    }
}

/// A stretch of training with the same mix of lessons.
package struct LessonStage: Codable, Hashable, Sendable {
    /// Optimizer steps.
    package var steps = 0
    /// Scenes in a step.
    package var scenesPerStep = 8
    package var learningRate = 2e-3
    package var schedule = LearningRateSchedule.Shape.cosine
    package var warmUpSteps = 20
    package var lessons = LessonCounts()
    /// Side of a close-up in sides of its object; the logarithm is drawn evenly.
    package var closeUpSize = 0.3...2.2
    /// Standard deviation, in pixels of the view, by which the targets of coordinates are blurred.
    package var coordinateBlur = 0.7
    /// Weight of the dense targets of image tokens.
    package var denseWeight = 0.0
    /// Weight of the boxes that throwaway heads predict.
    package var boxWeight = 0.0

    package init() {}
}

/// How many lessons of each kind a scene gives.
package struct LessonCounts: Codable, Hashable, Sendable {
    /// Random crops without a question, for dense targets.
    package var crop = 0
    /// "Where is …?", answered with the box.
    package var grounding = 0
    /// Half of them left of, half above; a fraction is the chance of one more.
    package var relation = 0.0
    package var existence = 0
    /// Close-ups of objects, each an image of its own.
    package var closeUp = 0
    /// Questions with a tool on offer, answered by habit.
    package var attribute = 0

    package init() {}
}
