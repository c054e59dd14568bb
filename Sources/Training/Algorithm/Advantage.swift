import Settings

/// The advantage estimator: how much better a trajectory, or each of its tokens, did than expected.
package enum Advantage: String, Codable, Hashable, Sendable, CaseIterable, SettingChoice {
    case groupDeviation, groupMean, leaveOneOut
    case whitenedGroupMean, whitenedReturn, greedyBaseline, generalized

    package var meaning: String {
        switch self {
        case .groupDeviation:
            "(r − mean) / (std + 1e-6) within the group, with the unbiased standard deviation (GRPO, arXiv 2402.03300, section 4.1)"
        case .groupMean: "r − mean within the group (Dr. GRPO, arXiv 2503.20783)"
        case .leaveOneOut: "r − the mean of the others of the group (RLOO, arXiv 2402.14740)"
        case .whitenedGroupMean:
            "r − mean within the group, then whitened over all tokens of the step (REINFORCE++ with baseline, arXiv 2501.03262)"
        case .whitenedReturn:
            "the discounted rewards from a token on, whitened over all tokens of the step (REINFORCE++, arXiv 2501.03262)"
        case .greedyBaseline:
            "the rewards from a token on − the reward of a greedy answer to the same question (ReMax, arXiv 2310.10505)"
        case .generalized:
            "generalized advantage estimation with the values of a critic, whitened over all tokens of the step (PPO, arXiv 1506.02438)"
        }
    }

    /// Added to the standard deviation, as in the reference implementations.
    static let epsilon = 1e-6

    /// Whether the estimator needs the values of a critic.
    package var needsCritic: Bool { self == .generalized }
    /// Whether the estimator needs the reward of a greedy answer to each question.
    package var needsGreedyAnswers: Bool { self == .greedyBaseline }

    /// The advantages of all groups of a step, one for each trajectory; zeros for a group whose rewards are all equal.
    ///
    /// - Parameter rewards: the rewards of the judged trajectories. [group][trajectory]
    package func advantages(of rewards: [[Double]]) -> [[Double]] {
        estimates(of: rewards.map { $0.map { RewardedTokens(reward: $0, count: 1) } }).map { group in
            group.map(\.meanAdvantage)
        }
    }

    /// The advantage of each token of a step.
    ///
    /// - Parameters:
    ///   - groups: the judged trajectories. [group][trajectory]
    ///   - gamma: the discount of a reward for each token that precedes it.
    ///   - lambda: the weight of longer returns in generalized advantage estimation.
    package func estimates(
        of groups: [[RewardedTokens]], gamma: Double = 1, lambda: Double = 1
    ) -> [[TokenEstimates]] {
        switch self {
        case .groupDeviation, .groupMean, .leaveOneOut:
            return groups.map { group in
                zip(group, withinGroup(group.map(\.score))).map {
                    TokenEstimates(uniform: $1, count: $0.count)
                }
            }
        case .whitenedGroupMean:
            let centred = groups.map { group in
                zip(group, Self.groupMean.withinGroup(group.map(\.score))).map {
                    TokenEstimates(uniform: $1, count: $0.count)
                }
            }
            return Self.whitened(centred)
        case .whitenedReturn:
            return Self.whitened(
                groups.map { $0.map { TokenEstimates(advantages: $0.returns(gamma: gamma)) } })
        case .greedyBaseline:
            return groups.map { group in
                group.map { tokens in
                    TokenEstimates(advantages: tokens.returns(gamma: 1).map { $0 - tokens.baseline })
                }
            }
        case .generalized:
            return Self.whitened(groups.map { $0.map { $0.generalized(gamma: gamma, lambda: lambda) } })
        }
    }

    private func withinGroup(_ rewards: [Double]) -> [Double] {
        guard Self.hasSignal(rewards) else { return Array(repeating: 0, count: rewards.count) }
        let mean = rewards.reduce(0, +) / Double(rewards.count)
        switch self {
        case .leaveOneOut:
            let others = Double(rewards.count - 1)
            return rewards.map { ($0 - mean) * Double(rewards.count) / others }
        case .groupDeviation:
            let squares = rewards.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            let deviation = (squares / Double(rewards.count - 1)).squareRoot()
            return rewards.map { ($0 - mean) / (deviation + Self.epsilon) }
        default: return rewards.map { $0 - mean }
        }
    }

    /// Whether the rewards of a group differ; otherwise an estimator that compares within the group has no gradient.
    package static func hasSignal(_ rewards: [Double]) -> Bool {
        guard let first = rewards.first else { return false }
        return rewards.contains { $0 != first }
    }

    /// Shifts and scales the advantages of all tokens to mean 0 and variance 1, with the unbiased variance plus 1e-8.
    private static func whitened(_ groups: [[TokenEstimates]]) -> [[TokenEstimates]] {
        let all = groups.joined().flatMap(\.advantages)
        guard !all.isEmpty else { return groups }
        let mean = all.reduce(0, +) / Double(all.count)
        let squares = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let variance = all.count > 1 ? squares / Double(all.count - 1) : 0
        let scale = 1 / (variance + 1e-8).squareRoot()
        return groups.map { group in
            group.map { estimates in
                TokenEstimates(
                    advantages: estimates.advantages.map { ($0 - mean) * scale }, returns: estimates.returns)
            }
        }
    }
}
