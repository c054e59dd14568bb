import Agent
import Judging
import Settings
import Tasks
import Torch

extension TrainingConfiguration {
    /// Checks every value against its range, and that the values fit together.
    ///
    /// - Throws: `SettingError` that names the first invalid value.
    package func validate() throws {
        try SettingTree.check(self, like: TrainingConfiguration())
        try judge.validate()
        try trainedParts.validate()
        try validateAlgorithm()
        try validateReward()
        try validateEvaluations()
        do { _ = try toolBox } catch { throw SettingError("tools", "cannot be offered: \(error)") }
        try proceduralTask.validate()
        do { _ = try Device(device) } catch { throw SettingError("device", "is \(device): \(error)") }
        if steps > 0, rollout.sampling.temperature == 0 {
            throw SettingError(
                "rollout.sampling.temperature",
                "is 0; it must be above 0 to train: greedy samples of a prompt are all equal")
        }
    }

    private func validateEvaluations() throws(SettingError) {
        let plans = evaluations
        let names = plans.map(\.name)
        let problem: String? =
            if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
                "has two entries named \(twice); give one of them another name"
            } else if plans.count(where: { $0.holdOut > 0 }) > 1 {
                "has two entries with holdOut; give it once, with a limit for the number of questions"
            } else if plans.contains(where: { $0.holdOut > 0 }),
                !data.parts.contains(where: { !$0.file.isEmpty })
            {
                "has holdOut, which holds out questions of files, but data.parts names no file"
            } else {
                nil
            }
        if let problem { throw SettingError("evaluation", problem) }
    }

    private func validateAlgorithm() throws(SettingError) {
        if algorithm.importance.lower > algorithm.importance.upper {
            throw SettingError("algorithm.importance.lower", "is above algorithm.importance.upper")
        }
        if algorithm.advantage.needsCritic, algorithm.critic.trunk == .own, lora.isOn {
            throw SettingError(
                "algorithm.critic.trunk", "is own, which trains a second model; with lora set it to shared")
        }
        if data.curriculum.isOn, data.parts.count != 1 || data.parts[0].file.isEmpty {
            throw SettingError(
                "data.curriculum.isOn",
                "needs data.parts with one file: scenes and mixtures never ask a question twice")
        }
    }

    private func validateReward() throws(SettingError) {
        if reward.overlong.buffer > reward.overlong.limit {
            throw SettingError("reward.overlong.buffer", "is above reward.overlong.limit")
        }
        if !reward.program.isEmpty, reward.components.isEmpty {
            throw SettingError(
                "reward.program",
                "needs reward.components, the weight of each of its components, such as {brevity: 0.5}")
        }
        if reward.program.isEmpty, !reward.components.isEmpty {
            throw SettingError(
                "reward.components", "are the components of a program; name it in reward.program")
        }
        if let name = reward.components.keys.first(where: Reward.ownComponents.contains) {
            throw SettingError(
                "reward.components.\(name)", "is the name of a built-in component; choose another")
        }
        for (kind, weights) in [("perception", reward.perception), ("mathematics", reward.mathematics)] {
            if let unknown = weights.bonusTools.first(where: { ToolBox.standard[$0] == nil }) {
                let problem = UnknownToolError(name: unknown, known: ToolBox.standard.names)
                throw SettingError("reward.\(kind).bonusTools", "cannot earn a bonus: \(problem)")
            }
        }
    }
}
