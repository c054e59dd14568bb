package import Agent
package import Judging
package import Models
package import Settings
package import Tasks
package import Torch

/// The configuration of a training run; the run's folder holds the resolved copy.
///
/// A YAML file contains the values that differ from the defaults. `Configurations/nano.yaml` is a complete example.
package struct TrainingConfiguration: Codable, Sendable {
    @Setting("Folder of the base checkpoint.") package var model = "Models/nano-base"
    @Setting("Random seed for scenes, the order of data and sampling.") package var seed: UInt64 = 1
    @Setting("Optimizer steps of the whole run.", .atLeast(0)) package var steps = 200
    @Setting(
        "Threads of libtorch; 0 for one per core. The exact results of a run depend on it.", .atLeast(0))
    package var threads = 0
    @Setting(
        "Workers that generate and compute gradients in parallel, with shared weights and `threads` divided among them. More than one is faster for a model that is too small for multithreaded operations. The exact results of a run depend on it.",
        .from(1, to: 1024))
    package var workers = 1
    @Setting("Where the model runs: `cpu`, `cuda`, `cuda:1` or `mps`.") package var device = "cpu"
    @Setting(
        "Precision of weights that are not trained: fp32, or bf16 or int8 with `lora`. What is trained is in fp32."
    )
    package var precision = Precision.fp32
    @Setting("Low-rank additions (LoRA) that are trained in place of the weights.")
    package var lora = LowRankConfiguration()
    @Setting("Modules that are not trained: patterns of their names, such as `visual.*`.")
    package var freeze: [String] = []
    @Setting("The procedural task: its scenes and questions.") package var task = ProceduralTask()
    @Setting("Folder of photographs to search in; empty for procedural backgrounds.")
    package var backgrounds = ""
    @Setting("The training data.") package var data = DataConfiguration()
    @Setting("Tools that examples may offer, by name.") package var tools = ToolBox.standard.names
    @Setting("The collection of trajectories.") package var rollout = RolloutConfiguration()
    @Setting("The reward of a trajectory.") package var reward = Reward()
    @Setting("Judges of answers: rules, and a model or a program for answers that the rules cannot decide.")
    package var judge = JudgeConfiguration()
    @Setting("How the rewards of a step become a gradient: a name, or a name and parts that override it.")
    package var algorithm = Algorithm()
    @Setting("The optimizer.") package var optimizer = OptimizerConfiguration()
    @Setting("The checkpoints of a run.") package var checkpoint = CheckpointConfiguration()
    @Setting(
        "Evaluations on questions that are not trained on: a list, each with exactly one of `benchmark`, `holdOut` and `scenes`. `automatic` evaluates 500 held-out scenes if the run trains on scenes, and held-out questions if it trains on files.",
        each: EvaluationPlan())
    package var evaluation = EvaluationChoice.automatic
    @Setting("When an alarm begins, and the action that follows.") package var alarms = AlarmConfiguration()

    package init() {}

    /// What is trained of the model.
    package var trainedParts: TrainedParts {
        TrainedParts(lora: lora, freeze: freeze, precision: precision)
    }

    /// The copies of the weights that are held beside them.
    package var furtherCopies: Int { algorithm.modelCopies + trainedParts.gradientCopies }

    /// The tools that examples may offer.
    package var toolBox: ToolBox { get throws { try ToolBox.standard.choosing(tools) } }

    /// The task with its backgrounds.
    package var proceduralTask: ProceduralTask { task.onPhotographs(in: backgrounds) }

    /// The evaluations. Automatic ones are held-out scenes if the run trains on scenes, and held-out questions if it trains on
    /// files.
    package var evaluations: [EvaluationPlan] {
        switch evaluation {
        case .listed(let plans): return plans
        case .automatic:
            let asksFiles = data.parts.contains { !$0.file.isEmpty }
            return
                (trainsOnScenes
                ? [EvaluationPlan(name: "scenes", scenes: EvaluationPlan.Scenes().count)] : [])
                + (asksFiles ? [EvaluationPlan(name: "held-out", holdOut: 0.05, limit: 500)] : [])
        }
    }

    private var trainsOnScenes: Bool { data.parts.isEmpty || data.parts.contains { $0.file.isEmpty } }

    /// The resolved configuration as YAML, without the keys for scenes if the run has none.
    package func resolvedText() throws -> String {
        let usesScenes = trainsOnScenes || evaluations.contains { $0.scenes > 0 }
        return try ConfigurationFile.text(
            of: resolved, omitting: usesScenes ? [] : ["task", "backgrounds"])
    }

    /// The configuration with all automatic choices made, as stored in the run's folder.
    package var resolved: TrainingConfiguration {
        var resolved = self
        // A run's folder stands for its newest checkpoint, which may be another one later.
        if let checkpoint = try? ModelDirectory.checkpointPath(at: model) { resolved.model = checkpoint }
        resolved.evaluation = .listed(evaluations)
        return resolved
    }

    /// Loads the defaults with the changes of a file and of overrides, and checks them; see ``ConfigurationFile``.
    ///
    /// - Throws: ``ConfigurationError`` that names the file and line or the override, the key and the valid values.
    package static func load(from path: String?, overrides: [String] = []) throws -> TrainingConfiguration {
        try ConfigurationFile.load(
            TrainingConfiguration(), from: path, overrides: overrides, retired: retiredKeys, presets: presets,
            check: { try $0.validate() })
    }

    /// The configuration of a recorded run, whose values are not checked again.
    ///
    /// - Throws: ``ConfigurationError`` for a file that cannot be read.
    package static func recorded(at path: String) throws -> TrainingConfiguration {
        try ConfigurationFile.recorded(
            TrainingConfiguration(), at: path, retired: retiredKeys, presets: presets)
    }

    /// `algorithm.name` sets all parts of the algorithm.
    private static let presets: [String: ConfigurationFile.NamedValues] = [
        "algorithm": ("name", { AlgorithmName(rawValue: $0)?.algorithm })
    ]

    /// Keys of earlier versions, with their replacements.
    private static let retiredKeys = [
        "data.toleratedBadShare": "is now data.toleratedBadFraction",
        "judge.failuresUntilRest": "is now judge.failuresUntilCooldown",
        "judge.restSeconds": "is now judge.cooldownSeconds",
        "judge.readings": "is now judge.maximumReplies",
        "advantage": "is now algorithm.advantage: groupDeviation or groupMean",
        "loss": "is now algorithm.objective: {clipLow: 0.2, clipHigh: 0.2, dualClip: 3}",
        "evaluation.scenes": "is now evaluation: [{scenes: 500}], a list",
        "evaluation.seed": "is now evaluation: [{scenes: 500, seed: 1}], a list",
        "evaluation.concurrency": "was removed: 128 questions are asked at a time",
    ]
}

/// The collection of trajectories.
package struct RolloutConfiguration: Codable, Hashable, Sendable {
    @Setting("Prompts per step.", .atLeast(1)) package var promptsPerStep = 16
    @Setting(
        "Trajectories per prompt.",
        .atLeast(2, because: "the reward of a trajectory is compared with those of the others of its group"))
    package var groupSize = 8
    @Setting("How completions are sampled.") package var sampling = Sampling(maximumTokens: 64)
    @Setting("Limits of a trajectory's length.") package var limits = AgentLimits()

    package init() {}
}

/// The optimizer.
package struct OptimizerConfiguration: Codable, Hashable, Sendable {
    @Setting("The peak learning rate.", .above(0)) package var learningRate = 1e-6
    @Setting("The learning rate after the warm-up.") package var schedule = LearningRateSchedule.Shape
        .constant
    @Setting("Steps until the learning rate reaches its peak.", .atLeast(0)) package var warmUpSteps = 0
    @Setting("Hyperparameters of AdamW.") package var adamW = AdamW.Options()
    @Setting("Maximum norm of the gradient; a larger gradient is scaled down.", .above(0))
    package var maximumGradientNorm = 1.0
    @Setting(
        "Maximum tokens per forward and backward pass; the gradients of a step's passes are summed.",
        .atLeast(1))
    package var tokensPerPass = 8192

    package init() {}

    /// The learning rate schedule of a run of `steps`.
    func rates(steps: Int) -> LearningRateSchedule {
        LearningRateSchedule(schedule, peak: learningRate, warmUpSteps: warmUpSteps, totalSteps: steps)
    }
}

/// The checkpoints of a run.
package struct CheckpointConfiguration: Codable, Hashable, Sendable {
    @Setting("Steps between checkpoints.", .atLeast(1)) package var every = 25
    @Setting("Number of newest checkpoints to keep.", .atLeast(1)) package var keep = 2

    package init() {}
}
