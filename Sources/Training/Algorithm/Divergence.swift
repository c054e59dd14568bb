import Settings
package import Torch

/// A penalty on the divergence of the policy from the model that the run started from.
package struct Divergence: Codable, Hashable, Sendable {
    package enum Estimator: String, Codable, Hashable, Sendable, CaseIterable, SettingChoice {
        case k1, k2, k3

        package var meaning: String {
            switch self {
            case .k1: "log p − log q of the token: unbiased, with the highest variance"
            case .k2: "half of its square: biased, with the gradient of the divergence"
            case .k3: "q / p − 1 − log(q / p): unbiased and never negative (GRPO's)"
            }
        }
    }

    package enum Place: String, Codable, Hashable, Sendable, CaseIterable, SettingChoice {
        case loss, reward

        package var meaning: String {
            switch self {
            case .loss: "a term of the loss of each token, divided as the loss is"
            case .reward: "subtracted from the reward of each token before advantages are estimated"
            }
        }
    }

    @Setting(
        "Weight of the divergence; 0 for none. Above it, a second copy of the weights is held, and each step computes one more forward pass.",
        .atLeast(0)) package var coefficient = 0.0
    @Setting("The estimator; p is the policy, q the reference (http://joschu.net/blog/kl-approx.html).")
    package var estimator = Estimator.k3
    @Setting("What the penalty is part of.") package var place = Place.loss

    package init(coefficient: Double = 0, _ estimator: Estimator = .k3, in place: Place = .loss) {
        self.coefficient = coefficient
        self.estimator = estimator
        self.place = place
    }

    package var isOn: Bool { coefficient > 0 }
    var isInLoss: Bool { isOn && place == .loss }
    var isInReward: Bool { isOn && place == .reward }

    /// Differences of log-probabilities beyond this are cut off, and so are values of k3 beyond `maximumK3`, as in verl.
    private static let (maximumDifference, maximumK3) = (20.0, 10.0)

    /// The estimate for each token, differentiable with respect to the policy's log-probabilities. `[token]`
    ///
    /// - Parameters:
    ///   - policy: log-probabilities under the policy. `[token]`
    ///   - reference: log-probabilities under the reference. `[token]`
    package func estimate(_ policy: Tensor, _ reference: Tensor) -> Tensor {
        let difference = policy - reference
        switch estimator {
        case .k1: return difference
        case .k2: return difference * difference * 0.5
        case .k3:
            let inverse = (-difference).clamp(-Self.maximumDifference, Self.maximumDifference)
            return (inverse.exp() - inverse + -1).clamp(-Self.maximumK3, Self.maximumK3)
        }
    }

    /// What each token loses of its reward. `[token]`
    ///
    /// - Parameters:
    ///   - policy: log-probabilities under the policy that wrote the tokens. `[token]`
    ///   - reference: log-probabilities under the reference. `[token]`
    func tokenRewards(_ policy: [Float], _ reference: [Float]) -> [Double] {
        guard isInReward, !policy.isEmpty else { return [] }
        let estimates = estimate(Tensor(policy), Tensor(reference)).values(as: Float.self)
        return estimates.map { -coefficient * Double($0) }
    }
}
