package import Torch

/// The loss of a policy on a pass: the objective with its corrections, and the terms beside it.
package struct PolicyLoss: Sendable {
    private let objective: Objective
    private let old: OldPolicy
    private let importance: ImportanceWeights
    private let divergence: Divergence
    private let entropyWeight: Double
    /// Divides the logits, as it did when the tokens were sampled.
    let temperature: Double
    /// The loss of a value head on the policy's hidden states, and its weight.
    let value: (loss: ValueLoss, weight: Double)?

    /// - Parameters:
    ///   - algorithm: the algorithm.
    ///   - entropy: the mean entropy of the step's sampled tokens, in nats.
    ///   - temperature: the sampling temperature.
    package init(_ algorithm: Algorithm, entropy: Double = 0, temperature: Double = 1) {
        objective = algorithm.objective
        old = algorithm.oldPolicy
        importance = algorithm.importance
        divergence = algorithm.divergence
        entropyWeight = algorithm.entropy.weight(at: entropy)
        self.temperature = temperature
        let hasSharedCritic = algorithm.advantage.needsCritic && algorithm.critic.trunk == .shared
        value = hasSharedCritic ? (ValueLoss(algorithm.critic), algorithm.critic.coefficient) : nil
    }

    /// The loss summed over the targets of a pass.
    ///
    /// - Parameters:
    ///   - pass: the pass.
    ///   - logProbabilities: log-probabilities of its targets under the policy being trained. `[target]`
    ///   - entropies: entropies of the distributions that the targets are of. `[target]`
    ///   - values: the value head's outputs, if there is one. `[target]`
    /// - Throws: ``MissingLogProbabilitiesError`` if a target was not sampled.
    package func callAsFunction(
        _ pass: TrainingPass, logProbabilities: Tensor, entropies: Tensor, values: Tensor? = nil
    ) throws -> (loss: Tensor, measurements: LossMeasurements) {
        guard let sampled = pass.sampledLogProbabilities else {
            throw MissingLogProbabilitiesError(trajectories: pass.trajectories.compactMap(\.self))
        }
        let device = logProbabilities.device
        let (terms, branches) = (pass.terms, pass.branchLengths)
        let drawn = Tensor(sampled, device: device)  // [target]
        let before =
            old == .recomputed ? Tensor(terms.policy, device: device) : logProbabilities.detached()
        let result = objective(
            logProbabilities: logProbabilities, old: old == .sampled ? drawn : before,
            advantages: Tensor(pass.weights, device: device), branches: branches)
        var measurements = LossMeasurements()
        measurements.targetCount = pass.targets.count
        measurements.clippedCount = result.clippedCount
        measurements.measureMismatch(before - drawn)
        var losses = result.tokens
        if let weights = importance.weights(before, drawn, branches: branches) { losses = losses * weights }
        if divergence.isInLoss {
            let estimates = divergence.estimate(logProbabilities, Tensor(terms.reference, device: device))
            losses = losses + estimates * Tensor(terms.factors, device: device) * divergence.coefficient
            measurements.divergenceSum = estimates.sum().item()
        }
        if entropyWeight > 0 {
            losses = losses + entropies * Tensor(terms.entropyFactors, device: device) * -entropyWeight
        }
        if let value, let values {
            let valueLosses = value.loss(values, terms)
            measurements.valueLossSum = valueLosses.sum().item()
            losses = losses + valueLosses * value.weight
        }
        return (losses.sum(), measurements)
    }
}

/// The loss of a critic (PPO, arXiv 1707.06347): half of the squared error, with a bound on the change of a value.
package struct ValueLoss: Sendable {
    private let clip: Double

    package init(_ configuration: CriticConfiguration) { clip = configuration.clip }

    /// The loss of each target, times the normalizer's factor. `[target]`
    ///
    /// - Parameters:
    ///   - values: the critic's outputs. `[target]`
    ///   - terms: the values before the first update, and the returns.
    package func callAsFunction(_ values: Tensor, _ terms: TargetTerms) -> Tensor {
        let device = values.device
        let (before, returns) = (Tensor(terms.values, device: device), Tensor(terms.returns, device: device))
        let bounded = values.minimum(before + clip).maximum(before + -clip)  // [target]
        let (error, boundedError) = (values - returns, bounded - returns)
        return (error * error).maximum(boundedError * boundedError) * Tensor(terms.factors, device: device)
            * 0.5
    }
}

/// Sums over the targets of passes, for metrics.
package struct LossMeasurements: Sendable, Equatable {
    package var targetCount = 0
    package var clippedCount = 0.0
    /// Of the divergence from the reference.
    package var divergenceSum = 0.0
    package var valueLossSum = 0.0
    /// The differences of the trainer's log-probabilities from those with which the tokens were sampled.
    package private(set) var mismatchSum = 0.0
    package private(set) var mismatchMaximum = 0.0
    /// Of p / q − 1 − log(p / q), which estimates their divergence.
    package private(set) var mismatchK3Sum = 0.0

    package init() {}

    /// - Parameter differences: trainer less sampler. `[target]`
    mutating func measureMismatch(_ differences: Tensor) {
        let sizes = differences.maximum(-differences)
        mismatchSum = sizes.sum().item()
        mismatchMaximum = -((-sizes).min().item())
        mismatchK3Sum = (differences.exp() - differences + -1).sum().item()
    }

    package static func + (left: Self, right: Self) -> Self {
        var sum = left
        sum.targetCount += right.targetCount
        sum.clippedCount += right.clippedCount
        sum.divergenceSum += right.divergenceSum
        sum.valueLossSum += right.valueLossSum
        sum.mismatchSum += right.mismatchSum
        sum.mismatchMaximum = max(left.mismatchMaximum, right.mismatchMaximum)
        sum.mismatchK3Sum += right.mismatchK3Sum
        return sum
    }

    /// The mean of a sum over the targets; 0 without targets.
    package func mean(_ sum: KeyPath<LossMeasurements, Double>) -> Double {
        targetCount > 0 ? self[keyPath: sum] / Double(targetCount) : 0
    }
}
