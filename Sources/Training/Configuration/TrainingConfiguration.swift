package import Agent
package import Judging
package import Tasks
package import Torch

/// The configuration of a training run; the run's folder holds the resolved copy.
///
/// A YAML file contains the values that differ from the defaults. `Configurations/nano.yaml` is a complete example.
package struct TrainingConfiguration: Codable, Sendable {
    /// Folder of the base checkpoint.
    package var model = "Models/nano-base"
    package var seed: UInt64 = 1
    /// Optimizer steps of the whole run.
    package var steps = 200
    /// Threads of libtorch; 0 for one per core. The exact results of a run depend on it.
    package var threads = 0
    /// Workers that generate and compute gradients in parallel, with shared weights and `threads` divided among them. More
    /// than one is faster for a model that is too small for multithreaded operations. The exact results of a run depend on it.
    package var workers = 1
    package var device = "cpu"
    /// The procedural task: its scenes and questions.
    package var task = ProceduralTask()
    /// Folder of photographs to search in; empty for procedural backgrounds.
    package var backgrounds = ""
    package var data = DataConfiguration()
    /// Tools that examples may offer, by name.
    package var tools = ToolBox.standard.names
    package var rollout = RolloutConfiguration()
    package var reward = Reward()
    package var judge = JudgeConfiguration()
    package var algorithm = Algorithm()
    package var optimizer = OptimizerConfiguration()
    package var checkpoint = CheckpointConfiguration()
    /// Evaluations on questions that are not trained on.
    package var evaluation = EvaluationChoice.automatic
    package var alarms = AlarmConfiguration()

    package init() {}

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
        resolved.evaluation = .listed(evaluations)
        return resolved
    }

    /// Loads the defaults with the changes of a file and of overrides; see ``ConfigurationFile``.
    ///
    /// - Throws: ``ConfigurationError`` that names the file, the line and the valid keys.
    package static func load(from path: String?, overrides: [String] = []) throws -> TrainingConfiguration {
        try ConfigurationFile.load(
            TrainingConfiguration(), from: path, overrides: overrides, retired: retiredKeys)
    }

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
    /// Prompts per step.
    package var promptsPerStep = 16
    /// Trajectories per prompt.
    package var groupSize = 8
    package var sampling = Sampling(maximumTokens: 64)
    package var limits = AgentLimits()

    package init() {}
}

/// The optimizer.
package struct OptimizerConfiguration: Codable, Hashable, Sendable {
    package var learningRate = 1e-6
    package var schedule = LearningRateSchedule.Shape.constant
    /// Steps until the learning rate reaches its peak.
    package var warmUpSteps = 0
    package var adamW = AdamW.Options()
    /// Maximum norm of the gradient; a larger gradient is scaled down.
    package var maximumGradientNorm = 1.0
    /// Maximum tokens per forward and backward pass; the gradients of a step's passes are summed.
    package var tokensPerPass = 8192

    package init() {}

    /// The learning rate schedule of a run of `steps`.
    func rates(steps: Int) -> LearningRateSchedule {
        LearningRateSchedule(schedule, peak: learningRate, warmUpSteps: warmUpSteps, totalSteps: steps)
    }
}

/// The checkpoints of a run.
package struct CheckpointConfiguration: Codable, Hashable, Sendable {
    /// Steps between checkpoints.
    package var every = 25
    /// Number of newest checkpoints to keep.
    package var keep = 2

    package init() {}
}
