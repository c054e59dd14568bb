import Agent
import Settings
import Tasks

/// How the rewards of a step become a gradient. Each part is a value with a file in this folder.
///
/// The defaults are DeepEyes' GRPO (arXiv 2505.14362, section 3.2; arXiv 2402.03300, section 4.1).
package struct Algorithm: Codable, Hashable, Sendable {
    @Setting(
        "An algorithm of the literature. The name sets all parts; a part that is given beside it overrides. `algorithm: dapo` is short for `algorithm: {name: dapo}`."
    )
    package var name = AlgorithmName.grpo
    @Setting("How much better a trajectory, or each of its tokens, did than expected.")
    package var advantage = Advantage.groupDeviation
    @Setting(
        "`whitenedReturn`, `generalized`: discount of a reward for each token before it.", .from(0, to: 1))
    package var gamma = 1.0
    @Setting("`generalized`: weight of longer returns.", .from(0, to: 1)) package var lambda = 1.0
    @Setting("The policy loss.") package var objective = Objective()
    @Setting("How the losses of tokens are averaged over a step.") package var normalizer = Normalizer()
    @Setting("Which groups, trajectories and tokens are trained on.") package var mask = TrainingMask()
    @Setting("The penalty on the divergence from the model that the run started from.")
    package var divergence = Divergence()
    @Setting("The reward for the entropy of the policy.") package var entropy = EntropyTerm()
    @Setting("The correction for tokens that other probabilities sampled than the trainer computes.")
    package var importance = ImportanceWeights()
    @Setting("How often the trajectories of a step are trained on.") package var updates = UpdatePlan()
    @Setting("Whether a step asks until enough groups have a signal.") package var sampling =
        DynamicSampling()
    @Setting("The critic of `generalized` advantages.") package var critic = CriticConfiguration()

    package init() {}

    /// Whether the loss has terms beside the advantage, so that groups without a signal have a gradient.
    private var hasOtherTerms: Bool {
        divergence.isInLoss || entropy.coefficient > 0 || advantage.needsCritic
    }

    /// Whether the trainer's own log-probabilities before the first update are needed.
    package var needsPolicyScores: Bool { !updates.isSingle || divergence.isInReward }

    /// The copies of the weights for further models: the reference, and a critic's own with gradients and two moments.
    package var modelCopies: Int {
        (divergence.isOn ? 1 : 0) + (advantage.needsCritic && critic.trunk == .own ? 4 : 0)
    }

    /// Which log-probabilities the ratio of the objective compares with.
    package var oldPolicy: OldPolicy {
        if !updates.isSingle { return .recomputed }
        return importance.rule == .none ? .sampled : .current
    }

    /// Computes the advantages of each trajectory of a step.
    package func withAdvantages(_ groups: [TrajectoryGroup]) -> [TrajectoryGroup] {
        let rewarded = groups.map { group in
            group.judged.map { member in
                let scores = member.scores ?? TokenScores()
                return RewardedTokens(
                    reward: member.reward.total, count: member.trajectory.transcript.completionTokenCount,
                    tokenRewards: divergence.tokenRewards(scores.policy, scores.reference),
                    values: scores.values.map(Double.init), baseline: group.greedyReward ?? 0)
            }
        }
        return zip(groups, advantage.estimates(of: rewarded, gamma: gamma, lambda: lambda)).map {
            $0.with($1)
        }
    }

    /// The training targets of an update.
    ///
    /// - Parameter groups: the groups to train on, with advantages.
    /// - Returns: a tree for each group selected by the mask, and the divisor of the summed loss.
    package func trees(of groups: [TrajectoryGroup]) -> (trees: [PromptTree], divisor: Double) {
        let counted = groups.map { (group: $0, members: $0.members.filter(mask.counts)) }
        let counts = counted.flatMap { $0.members.map(\.trajectory.transcript.completionTokenCount) }
        let threshold =
            mask.topEntropyFraction < 1
            ? mask.entropyThreshold(of: counted.flatMap { $0.members.flatMap(\.entropies) }) : 0
        let trees = counted.filter { trains(on: $0.members) }.map { group, members in
            PromptTree(
                prompt: group.members[0].trajectory.transcript.segments[0],
                branches: members.map { branch($0, entropyThreshold: threshold) })
        }
        return (trees, normalizer.divisor(completionTokens: counts))
    }

    private func trains(on members: [ScoredTrajectory]) -> Bool {
        if mask.groups == .all || hasOtherTerms { return !members.isEmpty }
        return members.contains { $0.estimates?.advantages.contains { $0 != 0 } ?? false }
    }

    private func branch(_ member: ScoredTrajectory, entropyThreshold: Float) -> PromptTree.Branch {
        let transcript = member.trajectory.transcript
        let count = transcript.completionTokenCount
        let factor = normalizer.factor(completionTokens: count)
        let entropies = entropyThreshold > 0 ? member.entropies : []
        func isSelected(_ token: Int) -> Bool { entropies.isEmpty || entropies[token] >= entropyThreshold }
        let advantages = member.estimates?.advantages ?? Array(repeating: 0, count: count)
        var terms = TargetTerms()
        terms.factors = Array(repeating: Float(factor), count: count)
        terms.entropyFactors = (0..<count).map { isSelected($0) ? Float(factor) : 0 }
        terms.policy = member.scores?.policy ?? []
        terms.reference = member.scores?.reference ?? []
        terms.values = member.scores?.values ?? []
        terms.returns = member.estimates?.returns.map(Float.init) ?? []
        return PromptTree.Branch(
            segments: Array(transcript.segments.dropFirst()),
            weights: advantages.enumerated().map { isSelected($0) ? Float($1 * factor) : 0 }, terms: terms,
            id: member.id)
    }
}
