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
    package var task = TrainingConfiguration.allQuestions
    /// Folder of photographs to search in; empty for procedural backgrounds.
    package var backgrounds = ""
    package var data = DataConfiguration()
    package var rollout = RolloutConfiguration()
    package var reward = Reward()
    package var judge = JudgeConfiguration()
    package var advantage = GroupAdvantage()
    package var loss = PolicyLoss()
    package var optimizer = OptimizerConfiguration()
    package var checkpoint = CheckpointConfiguration()
    package var evaluation = EvaluationConfiguration()
    package var alarms = AlarmConfiguration()

    package init() {}

    /// Names every kind of question, so that a file can weigh each.
    private static var allQuestions: VisualSearchConfiguration {
        var task = VisualSearchConfiguration()
        for kind in QuestionKind.allCases { task.questions[kind] = task.questions[kind] ?? 0 }
        return task
    }

    /// The task with its backgrounds.
    package var scenes: VisualSearchConfiguration {
        var scenes = task
        if !backgrounds.isEmpty { scenes.photographs = backgrounds }
        return scenes
    }
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

/// What is measured on held-out scenes when training ends.
package struct EvaluationConfiguration: Codable, Hashable, Sendable {
    /// Scenes, each with one question of every kind.
    package var scenes = 500
    package var seed: UInt64 = 20_250_514
    /// Trajectories generated at the same time.
    package var concurrency = 128

    package init() {}
}
