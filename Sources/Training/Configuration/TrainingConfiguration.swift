package import Agent
package import Judging
package import Tasks
package import Torch

/// Everything that decides what a training run does; the run's folder keeps the resolved copy.
///
/// A YAML file states what it changes. `Configurations/nano.yaml` is a complete example.
package struct TrainingConfiguration: Codable, Sendable {
    /// Folder of the base checkpoint.
    package var model = "Models/nano-base"
    package var seed: UInt64 = 1
    /// Optimizer steps of the whole run.
    package var steps = 200
    /// Threads of libtorch; 0 takes one per core. The bits of a run depend on it.
    package var threads = 0
    /// Workers that generate and compute gradients side by side, over one copy of the weights, with `threads` divided
    /// among them. More than one is faster where the model is too small for its operations to be shared out among
    /// threads. The bits of a run depend on it.
    package var workers = 1
    package var device = "cpu"
    /// The procedural task: what it looks like and what it asks.
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
    /// What is measured on questions that are not trained on.
    package var evaluation = EvaluationChoice.automatic
    package var alarms = AlarmConfiguration()

    package init() {}

    /// The tools that examples may offer.
    package var toolBox: ToolBox { get throws { try ToolBox.standard.choosing(tools) } }

    /// The task with its backgrounds.
    package var madeTask: ProceduralTask { task.onPhotographs(in: backgrounds) }

    /// What is evaluated. Automatically: the task's scenes where it is trained on, and a part of the files of questions.
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

    /// The resolved configuration as YAML. What describes scenes is left out of a run that has none.
    package func resolvedText() throws -> String {
        let usesScenes = trainsOnScenes || evaluations.contains { $0.scenes > 0 }
        return try ConfigurationFile.text(
            of: resolved, leavingOut: usesScenes ? [] : ["task", "backgrounds"])
    }

    /// The configuration with everything decided, as the run's folder keeps it.
    package var resolved: TrainingConfiguration {
        var resolved = self
        resolved.evaluation = .listed(evaluations)
        return resolved
    }

    /// The defaults, changed by a file and by overrides; see ``ConfigurationFile``.
    ///
    /// - Throws: ``ConfigurationError`` that names the file, the line and the keys that would be right.
    package static func load(from path: String?, overrides: [String] = []) throws -> TrainingConfiguration {
        try ConfigurationFile.load(
            TrainingConfiguration(), from: path, overrides: overrides, retired: retiredKeys)
    }

    /// Keys of earlier versions, and what became of them.
    private static let retiredKeys = [
        "data.toleratedBadShare": "is now data.toleratedBadFraction",
        "judge.failuresUntilRest": "is now judge.failuresUntilCooldown",
        "judge.restSeconds": "is now judge.cooldownSeconds",
        "judge.readings": "is now judge.maximumReplies",
        "advantage": "is now algorithm.advantage: groupDeviation or groupMean",
        "loss": "is now algorithm.objective: {clipLow: 0.2, clipHigh: 0.2, dualClip: 3}",
        "evaluation.scenes": "is now evaluation: [{scenes: 500}], a list",
        "evaluation.seed": "is now evaluation: [{scenes: 500, seed: 1}], a list",
        "evaluation.concurrency": "is gone: 128 questions are asked at a time",
    ]
}

/// How trajectories are collected.
package struct RolloutConfiguration: Codable, Hashable, Sendable {
    /// Prompts in a step.
    package var promptsPerStep = 16
    /// Trajectories for each prompt.
    package var groupSize = 8
    package var sampling = Sampling(maximumTokens: 64)
    package var limits = AgentLimits()

    package init() {}
}

/// How the gradient becomes new weights.
package struct OptimizerConfiguration: Codable, Hashable, Sendable {
    package var learningRate = 1e-6
    package var schedule = LearningRateSchedule.Shape.constant
    /// Steps until the rate is reached.
    package var warmUpSteps = 0
    package var adamW = AdamW.Options()
    /// The gradient is scaled down to this norm.
    package var maximumGradientNorm = 1.0
    /// Most tokens in one forward and backward pass; gradients of the passes of a step are added up.
    package var tokensPerPass = 8192

    package init() {}

    /// The rate at each step of a run of `steps`.
    func rates(steps: Int) -> LearningRateSchedule {
        LearningRateSchedule(schedule, peak: learningRate, warmUpSteps: warmUpSteps, totalSteps: steps)
    }
}

/// When the state of a run is written.
package struct CheckpointConfiguration: Codable, Hashable, Sendable {
    /// Steps between checkpoints.
    package var every = 25
    /// How many of the newest are kept.
    package var keep = 2

    package init() {}
}
