import Settings

/// The algorithms of the literature by name. A name sets the parts of an ``Algorithm``.
package enum AlgorithmName: String, Codable, Hashable, Sendable, CaseIterable, SettingChoice {
    case grpo
    case drGRPO = "dr_grpo"
    case dapo, gspo
    case gspoToken = "gspo_token"
    case cispo, sapo, rloo
    case reinforce = "reinforce++"
    case reinforceBaseline = "reinforce++_baseline"
    case remax, ppo

    package var meaning: String {
        switch self {
        case .grpo: "GRPO as DeepEyes trains: group mean and deviation, mean over tokens (arXiv 2402.03300)"
        case .drGRPO: "GRPO without the two biases of its divisors (arXiv 2503.20783)"
        case .dapo: "clip higher, dynamic sampling, mean over tokens (arXiv 2503.14476)"
        case .gspo: "the ratio of whole sequences (arXiv 2507.18071)"
        case .gspoToken: "the same with a gradient for each token"
        case .cispo: "clipped weights that leave every token its gradient (arXiv 2506.13585)"
        case .sapo: "a soft gate instead of a clip (arXiv 2511.20347)"
        case .rloo: "each answer compared with the others of its group (arXiv 2402.14740)"
        case .reinforce: "returns whitened over the step, without groups (arXiv 2501.03262)"
        case .reinforceBaseline: "group mean, whitened over the step (arXiv 2501.03262)"
        case .remax: "the greedy answer as baseline (arXiv 2310.10505)"
        case .ppo: "a critic and generalized advantages (arXiv 1707.06347)"
        }
    }

    /// The parts that the name stands for.
    package var algorithm: Algorithm {
        var algorithm = Algorithm()
        algorithm.name = self
        switch self {
        case .grpo: break
        case .drGRPO:
            algorithm.advantage = .groupMean
            algorithm.normalizer = Normalizer(.constant)
        case .dapo:
            algorithm.objective.clipHigh = 0.28
            algorithm.sampling.rounds = 10
        case .gspo, .gspoToken:
            algorithm.objective = Objective(
                self == .gspo ? .sequenceRatio : .tokenSequenceRatio, clipLow: 3e-4, clipHigh: 4e-4)
            algorithm.normalizer = Normalizer(.sequence)
        case .cispo: algorithm.objective = Objective(.clippedWeight, clipLow: 1, clipHigh: 4)
        case .sapo:
            algorithm.objective = Objective(.softGate)
            algorithm.normalizer = Normalizer(.sequence)
        case .rloo: algorithm.advantage = .leaveOneOut
        case .reinforce: algorithm.advantage = .whitenedReturn
        case .reinforceBaseline: algorithm.advantage = .whitenedGroupMean
        case .remax: algorithm.advantage = .greedyBaseline
        case .ppo:
            algorithm.advantage = .generalized
            algorithm.updates.miniBatches = 4
        }
        return algorithm
    }
}
