import Agent
import Judging
import Models
import Tasks

extension TrainingConfiguration {
    /// Checks all values except those of the task, which has its own check.
    ///
    /// - Throws: ``ConfigurationError`` that names the first invalid value.
    package func validate() throws {
        try judge.validate()
        try validateReward()
        try alarms.validate()
        try algorithm.validate()
        try validateEvaluations()
        do { _ = try toolBox } catch {
            throw ConfigurationError(description: "configuration: tools: \(error)")
        }
        let least = [
            ("steps", steps, 0), ("threads", threads, 0), ("workers", workers, 1),
            ("rollout.promptsPerStep", rollout.promptsPerStep, 1),
            ("rollout.groupSize", rollout.groupSize, 1),
            ("rollout.sampling.maximumTokens", rollout.sampling.maximumTokens, 1),
            ("optimizer.tokensPerPass", optimizer.tokensPerPass, 1),
            ("checkpoint.every", checkpoint.every, 1), ("checkpoint.keep", checkpoint.keep, 1),
        ]
        for (name, value, minimum) in least where value < minimum {
            throw ConfigurationError(
                description: "configuration: \(name) is \(value); it must be at least \(minimum)")
        }
    }

    private func validateEvaluations() throws {
        let plans = evaluations
        let names = plans.map(\.name)
        let problem: String? =
            if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
                "evaluation: two are named \(twice); give one of them another name"
            } else if plans.count(where: { $0.holdOut > 0 }) > 1 {
                "evaluation: holdOut is given twice; give it once, with a limit for the number of questions"
            } else if plans.contains(where: { $0.holdOut > 0 }),
                !data.parts.contains(where: { !$0.file.isEmpty })
            {
                "evaluation: holdOut holds out questions of files, but data.parts names no file"
            } else {
                nil
            }
        if let problem { throw ConfigurationError(description: "configuration: \(problem)") }
    }

    private func validateReward() throws {
        let problem: String? =
            if !reward.program.isEmpty, reward.components.isEmpty {
                "reward.program needs reward.components, the weight of each of its components, such as {brevity: 0.5}"
            } else if reward.program.isEmpty, !reward.components.isEmpty {
                "reward.components are the components of a program; name it in reward.program"
            } else if let name = reward.components.keys.first(where: Reward.ownComponents.contains) {
                "reward.components.\(name) is the name of a built-in component; choose another"
            } else if let unknown = (reward.perception.bonusTools + reward.mathematics.bonusTools)
                .first(where: { ToolBox.standard[$0] == nil })
            {
                "reward: bonusTools: "
                    + "\(UnknownToolError(name: unknown, known: ToolBox.standard.names))"
            } else if !(reward.timeoutSeconds > 0) {
                "reward.timeoutSeconds is \(reward.timeoutSeconds); it must be above 0"
            } else {
                nil
            }
        if let problem { throw ConfigurationError(description: "configuration: \(problem)") }
    }
}
