package import Tasks
package import Torch

/// The training of the nano base model: from random weights, in stages of lessons on procedural scenes.
///
/// `Configurations/nano-base.yaml` is the recipe of `Models/nano-base`.
package struct NanoBaseConfiguration: Codable, Sendable {
    package var seed: UInt64 = 1
    /// libtorch threads; 0 uses one per core.
    package var threads = 0
    package var task = VisualSearchConfiguration()
    package var habit = ToolHabit()
    /// Vision, by dense targets only.
    package var vision = LessonStage()
    /// Grounding, relations and existence.
    package var language = LessonStage()
    /// Reading close-ups, and questions with a tool.
    package var tools = LessonStage()
    /// All kinds of lessons, mostly close-ups.
    package var practice = LessonStage()
    /// Close-ups that are hard to read, at a lower learning rate.
    package var polish = LessonStage()
    package var muon = Muon.Options()
    package var adamW = AdamW.Options(beta1: 0.9, beta2: 0.98, weightDecay: 0)
    /// The gradient is clipped to this norm.
    package var maximumGradientNorm = 1.0
    /// Maximum tokens in one forward and backward pass.
    package var tokensPerPass = 4096

    package init() {}

    /// The stages with their names, in order.
    package var stages: [(name: String, stage: LessonStage)] {
        [
            ("vision", vision), ("language", language), ("tools", tools), ("practice", practice),
            ("polish", polish),
        ]
    }
}

/// A training stage with a fixed mix of lessons.
package struct LessonStage: Codable, Hashable, Sendable {
    /// Optimizer steps.
    package var steps = 0
    /// Scenes per step.
    package var scenesPerStep = 8
    package var learningRate = 2e-3
    package var schedule = LearningRateSchedule.Shape.cosine
    package var warmUpSteps = 20
    package var lessons = LessonCounts()
    /// Side of a close-up relative to that of its object; log-uniform.
    package var closeUpSize = 0.3...2.2
    /// Standard deviation of the smoothing of coordinate targets, in pixels of the view.
    package var coordinateBlur = 0.7
    /// Weight of the dense targets of image tokens.
    package var denseWeight = 0.0
    /// Weight of the box losses of the auxiliary heads.
    package var boxWeight = 0.0

    package init() {}
}

/// The number of lessons of each kind per scene.
package struct LessonCounts: Codable, Hashable, Sendable {
    /// Random crops without a question, for dense targets.
    package var crop = 0
    /// "Where is …?", answered with the box.
    package var grounding = 0
    /// Half of them "left of", half "above"; a fractional part is the probability of one more.
    package var relation = 0.0
    package var existence = 0
    /// Close-ups of objects, as separate images.
    package var closeUp = 0
    /// Questions with a tool, answered according to ``ToolHabit``.
    package var attribute = 0

    package init() {}
}
