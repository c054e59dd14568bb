/// What an advantage estimator knows about a trajectory. Tokens are those of the completions; observations do not count.
package struct RewardedTokens: Sendable {
    /// The reward of the trajectory, which its last token gets.
    package let reward: Double
    /// Number of completion tokens.
    package let count: Int
    /// Rewards of single tokens beside it, such as a penalty on the divergence from a reference; empty for none. `[token]`
    package let tokenRewards: [Double]
    /// The critic's value before each token; empty without a critic. `[token]`
    package let values: [Double]
    /// The reward of a greedy answer to the same question.
    package let baseline: Double

    package init(
        reward: Double, count: Int, tokenRewards: [Double] = [], values: [Double] = [], baseline: Double = 0
    ) {
        self.reward = reward
        self.count = count
        self.tokenRewards = tokenRewards
        self.values = values
        self.baseline = baseline
    }

    /// The sum of all rewards.
    var score: Double { tokenRewards.isEmpty ? reward : tokenRewards.reduce(reward, +) }

    private func reward(at token: Int) -> Double {
        (tokenRewards.isEmpty ? 0 : tokenRewards[token]) + (token == count - 1 ? reward : 0)
    }

    /// The discounted sum of rewards from each token on. `[token]`
    func returns(gamma: Double) -> [Double] {
        var returns = Array(repeating: 0.0, count: count)
        var sum = 0.0
        for token in (0..<count).reversed() {
            sum = reward(at: token) + gamma * sum
            returns[token] = sum
        }
        return returns
    }

    /// Generalized advantage estimation (arXiv 1506.02438). The value after the last token is 0.
    ///
    /// The state after a token is the one before the next completion token, so an observation between two turns takes part in
    /// no difference of values.
    func generalized(gamma: Double, lambda: Double) -> TokenEstimates {
        precondition(values.count == count, "\(values.count) values of \(count) tokens")
        var advantages = Array(repeating: 0.0, count: count)
        var (next, sum) = (0.0, 0.0)
        for token in (0..<count).reversed() {
            sum = reward(at: token) + gamma * next - values[token] + gamma * lambda * sum
            advantages[token] = sum
            next = values[token]
        }
        return TokenEstimates(advantages: advantages, returns: zip(advantages, values).map { $0 + $1 })
    }
}

/// The result of an advantage estimator for a trajectory.
package struct TokenEstimates: Sendable, Equatable {
    /// `[token]`
    package let advantages: [Double]
    /// The mean over tokens.
    package let meanAdvantage: Double
    /// What the critic's values should have been; empty without a critic. `[token]`
    package let returns: [Double]

    package init(advantages: [Double], returns: [Double] = []) {
        self.advantages = advantages
        self.returns = returns
        meanAdvantage = advantages.isEmpty ? 0 : advantages.reduce(0, +) / Double(advantages.count)
    }

    /// The same advantage for each token; there may be none.
    init(uniform advantage: Double, count: Int) {
        advantages = Array(repeating: advantage, count: count)
        returns = []
        meanAdvantage = advantage
    }
}
