package import Settings
package import Tasks
package import Torch

/// The training of the nano base model: from random weights, in stages of lessons on procedural scenes.
///
/// `Configurations/nano-base.yaml` is the recipe of `Models/nano-base`.
package struct NanoBaseConfiguration: Codable, Sendable {
    @Setting("Random seed for weights, scenes and lessons.") package var seed: UInt64 = 1
    @Setting("Threads of libtorch; 0 for one per core.", .atLeast(0)) package var threads = 0
    @Setting(
        "Passes that are computed in parallel, with the threads divided among them; sums, and so the last digits, depend on it.",
        .atLeast(1)) package var workers = 1
    @Setting("The scenes and questions.") package var task = VisualSearchConfiguration()
    @Setting("The tool use of the training data.") package var habit = ToolHabit()
    @Setting("The first stage: vision, by dense targets only.") package var vision = LessonStage()
    @Setting("The second stage: grounding, relations and existence.") package var language = LessonStage()
    @Setting("The third stage: reading close-ups, and questions with a tool.")
    package var tools = LessonStage()
    @Setting("The fourth stage: all kinds of lessons, mostly close-ups.") package var practice = LessonStage()
    @Setting("The last stage: close-ups that are hard to read, at a lower learning rate.")
    package var polish = LessonStage()
    @Setting(
        "A further stage: text alone, in which names are repeated and colours compared. Of 0 steps for the base of the demo."
    )
    package var text = LessonStage()
    @Setting(
        "A further stage: what questions of several looks need, apart. Of 0 steps for the base of the demo.")
    package var looking = LessonStage()
    @Setting("Hyperparameters of Muon, for the hidden matrices.") package var muon = Muon.Options()
    @Setting("Hyperparameters of AdamW, for the other parameters.")
    package var adamW = AdamW.Options(beta1: 0.9, beta2: 0.98, weightDecay: 0)
    @Setting("Maximum norm of the gradient; a larger gradient is scaled down.", .above(0))
    package var maximumGradientNorm = 1.0
    @Setting("Maximum tokens in one forward and backward pass.", .atLeast(1)) package var tokensPerPass = 4096

    package init() {}

    /// The stages with their names, in order.
    package var stages: [(name: String, stage: LessonStage)] {
        [
            ("vision", vision), ("language", language), ("tools", tools), ("practice", practice),
            ("polish", polish), ("text", text), ("looking", looking),
        ].filter { $0.stage.steps > 0 }
    }
}

/// A training stage with a fixed mix of lessons.
package struct LessonStage: Codable, Hashable, Sendable {
    @Setting("Optimizer steps.", .atLeast(0)) package var steps = 0
    @Setting("Scenes per step.", .atLeast(1)) package var scenesPerStep = 8
    @Setting("The peak learning rate.", .above(0)) package var learningRate = 2e-3
    @Setting("The learning rate after the warm-up.") package var schedule = LearningRateSchedule.Shape.cosine
    @Setting("Steps until the learning rate reaches its peak.", .atLeast(0)) package var warmUpSteps = 20
    @Setting("The number of lessons of each kind per scene.") package var lessons = LessonCounts()
    @Setting("Side of a close-up relative to that of its object; log-uniform.")
    package var closeUpSize = 0.3...2.2
    @Setting(
        "Standard deviation of the smoothing of coordinate targets, in pixels of the view.", .atLeast(0))
    package var coordinateBlur = 0.7
    @Setting("Weight of the dense targets of image tokens.", .atLeast(0)) package var denseWeight = 0.0
    @Setting("Weight of the box losses of the auxiliary heads.", .atLeast(0)) package var boxWeight = 0.0

    package init() {}
}

/// The number of lessons of each kind per scene.
package struct LessonCounts: Codable, Hashable, Sendable {
    @Setting("Random crops without a question, for dense targets.", .atLeast(0)) package var crop = 0
    @Setting("\"Where is …?\", answered with the box.", .atLeast(0)) package var grounding = 0
    @Setting(
        "Half of them \"left of\", half \"above\"; a fractional part is the probability of one more.",
        .atLeast(0))
    package var relation = 0.0
    @Setting("Whether an object exists.", .atLeast(0)) package var existence = 0
    @Setting("Close-ups of objects, as separate images.", .atLeast(0)) package var closeUp = 0
    @Setting("Questions with a tool, answered with the habit of the base.", .atLeast(0))
    package var attribute = 0
    @Setting(
        "The same with a call that is given; its box, by the habit, is learned, and the answer.", .atLeast(0))
    package var pointing = 0
    @Setting(
        "Text alone: names are repeated from the question, and two colours compared.",
        .atLeast(0))
    package var recall = 0
    @Setting(
        "First calls of comparisons; the object is given, and a good box is learned.", .atLeast(0)
    )
    package var aim = 0
    @Setting(
        "Comparisons whose calls are given; what each crop shows is learned, and the answer that follows.",
        .atLeast(0)) package var pair = 0
    @Setting("Comparisons with the habit of the base, which looks at any of the objects.", .atLeast(0))
    package var comparison = 0
    @Setting(
        "Questions about a scene of twice the side, with the habit of the base, which looks into any region.",
        .atLeast(0)) package var region = 0
    @Setting(
        "The same after regions that are given; whether they show the object is learned, and the habit's next call.",
        .atLeast(0)) package var inside = 0
    @Setting(
        "Regions of the same scene, from given calls; whether each of several objects is there is learned.",
        .atLeast(0)) package var presence = 0
    @Setting(
        "Questions whose object suggests an answer, which is named first, with the habit of the base.",
        .atLeast(0))
    package var confirmation = 0

    package init() {}
}
