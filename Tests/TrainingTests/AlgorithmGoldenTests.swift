import Foundation
import TestFixtures
import TestSupport
import Testing
import Torch
import Training

/// Losses, gradients and advantages against verl 0.9 and TRL 1.16 (`Tools/reference/algorithm_goldens.py`), in double precision.
struct AlgorithmGoldenTests {
    private struct Case: Decodable {
        let loss: Double
        let gradient: [[Double]]
    }

    private struct ValueCase: Decodable {
        let returns, predicted, gradient: [[Double]]
        let loss: Double
    }

    private struct Golden: Decodable {
        let counts: [Int]
        let groups, length: Int
        let rewards, baselines: [Double]
        let old, new, reference, sampled, values, entropies: [[Double]]
        let tokenRewards: [[Double]]
        let advantages, importance: [String: [[Double]]]
        let verl, trl, divergences: [String: Case]
        let value: ValueCase

        private enum CodingKeys: String, CodingKey {
            case counts, groups, length, rewards, baselines, old, new, reference, sampled, values, entropies
            case tokenRewards = "token_rewards"
            case advantages, importance, verl, trl, divergences, value
        }

        var branches: BranchLengths { BranchLengths(counts) }

        /// The trajectories by group.
        func grouped<Element>(_ elements: [Element]) -> [[Element]] {
            let size = elements.count / groups
            return (0..<groups).map { Array(elements[$0 * size..<($0 + 1) * size]) }
        }
    }

    private let golden: Golden

    init() throws {
        let file = GoldenFolder().url.appending(path: "algorithms.json")
        golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
    }

    private func expectEqual(
        _ found: [Double], _ expected: [[Double]], _ name: String, location: SourceLocation = #_sourceLocation
    ) {
        let expected = Array(expected.joined())
        #expect(found.count == expected.count, "\(name)", sourceLocation: location)
        let scale = expected.map(abs).max() ?? 1
        for (one, other) in zip(found, expected) where abs(one - other) > 1e-7 * scale {
            Issue.record("\(name): \(one) instead of \(other)", sourceLocation: location)
            return
        }
    }

    private func tensor(_ rows: [[Double]]) -> Tensor { Tensor(Array(rows.joined())) }

    // MARK: Advantages

    @Test(arguments: Advantage.allCases) func advantagesAreVerls(_ advantage: Advantage) throws {
        let usesTokenRewards = [.whitenedReturn, .greedyBaseline, .generalized].contains(advantage)
        let tokens = golden.counts.indices.map { index in
            RewardedTokens(
                reward: golden.rewards[index], count: golden.counts[index],
                tokenRewards: usesTokenRewards ? golden.tokenRewards[index] : [],
                values: golden.values[index], baseline: golden.baselines[index])
        }
        let estimates = Array(
            advantage.estimates(of: golden.grouped(tokens), gamma: 0.9, lambda: 0.8).joined())
        expectEqual(
            estimates.flatMap(\.advantages), try #require(golden.advantages[advantage.rawValue]),
            advantage.rawValue)
        if advantage == .generalized {
            expectEqual(estimates.flatMap(\.returns), try #require(golden.advantages["returns"]), "returns")
        }
    }

    // MARK: Objectives and normalizers

    /// A policy loss on the golden's log-probabilities, with a gradient.
    ///
    /// - Parameter terms: adds terms to the losses of tokens, before they are multiplied by the normalizer's factors.
    private func differentiated(
        _ objective: Objective, _ normalizer: Normalizer, mask: [Double]? = nil,
        importance: [[Double]]? = nil,
        divergence: Divergence = Divergence()
    ) throws -> Case {
        let factors = golden.counts.flatMap { count in
            Array(repeating: normalizer.factor(completionTokens: count), count: count)
        }
        let advantages = try #require(golden.advantages["groupDeviation"]).joined()
        let weights = zip(advantages, factors).enumerated().map { $1.0 * $1.1 * (mask?[$0] ?? 1) }
        let new = tensor(golden.new)
        new.requiresGrad = true
        var losses = objective(
            logProbabilities: new, old: tensor(golden.old), advantages: Tensor(weights),
            branches: golden.branches
        ).tokens
        if let importance { losses = losses * tensor(importance) }
        if divergence.isOn {
            let estimates = divergence.estimate(new, tensor(golden.reference))
            losses = losses + estimates * Tensor(factors) * divergence.coefficient
        }
        let loss = losses.sum() / normalizer.divisor(completionTokens: golden.counts)
        loss.backward()
        return Case(loss: loss.item(), gradient: [try #require(new.grad).values(as: Double.self)])
    }

    private func expect(_ found: Case, equals expected: Case?, _ name: String) throws {
        let expected = try #require(expected)
        #expect(abs(found.loss - expected.loss) < 1e-7 * max(1, abs(expected.loss)), "\(name)")
        expectEqual(found.gradient[0], expected.gradient, name)
    }

    private var normalizers: [Normalizer] {
        [Normalizer(.stepTokens), Normalizer(.sequence), Normalizer(.constant, tokens: golden.length)]
    }

    @Test func objectivesAndNormalizersAreVerls() throws {
        for normalizer in normalizers {
            try expect(
                differentiated(Objective(clipHigh: 0.28), normalizer),
                equals: golden.verl["clippedRatio \(normalizer.rule.rawValue)"], normalizer.rule.rawValue)
        }
        for (rule, normalizer) in [
            (Objective.Rule.sequenceRatio, Normalizer.Rule.sequence), (.clippedWeight, .stepTokens),
            (.softGate, .sequence),
        ] {
            try expect(
                differentiated(Objective(rule, clipHigh: 0.28), Normalizer(normalizer)),
                equals: golden.verl["\(rule.rawValue) \(normalizer.rawValue)"], rule.rawValue)
        }
    }

    /// TRL has no dual clip unless it is asked for.
    @Test func objectivesAndNormalizersAreTRLs() throws {
        let clipped = Objective(clipHigh: 0.28, dualClip: 1e9)
        for (name, normalizer) in zip(["dapo", "grpo", "dr_grpo"], normalizers) {
            try expect(differentiated(clipped, normalizer), equals: golden.trl[name], name)
        }
        try expect(
            differentiated(Objective(clipHigh: 0.28), Normalizer()), equals: golden.trl["dual clip"],
            "dual clip")
        try expect(
            differentiated(Objective(.sequenceRatio, clipHigh: 0.28), Normalizer(.sequence)),
            equals: golden.trl["sequence"], "sequence")
        try expect(
            differentiated(Objective(.clippedWeight, clipLow: 1, clipHigh: 0.28), Normalizer()),
            equals: golden.trl["cispo"], "cispo")
        try expect(
            differentiated(Objective(.softGate), Normalizer(.sequence)), equals: golden.trl["sapo"], "sapo")
    }

    /// Both have the same value; the gradients differ only where tokens of a trajectory have different weights.
    @Test func tokenSequenceRatiosHaveTheValueOfSequenceRatios() throws {
        let (whole, token) = (
            try differentiated(Objective(.sequenceRatio), Normalizer(.sequence)),
            try differentiated(Objective(.tokenSequenceRatio), Normalizer(.sequence))
        )
        try expect(token, equals: whole, "tokenSequenceRatio")
    }

    @Test func theHighestEntropiesAreTRLs() throws {
        var mask = TrainingMask()
        mask.topEntropyFraction = 0.3
        let entropies = golden.entropies.joined().map { Float($0) }
        let threshold = mask.entropyThreshold(of: entropies)
        try expect(
            differentiated(
                Objective(clipHigh: 0.28, dualClip: 1e9), Normalizer(),
                mask: entropies.map { $0 >= threshold ? 1 : 0 }), equals: golden.trl["entropy fraction"],
            "entropy fraction")
    }

    // MARK: Terms and corrections

    @Test(arguments: Divergence.Estimator.allCases) func divergencesAreVerls(
        _ estimator: Divergence.Estimator
    ) throws {
        let new = tensor(golden.new)
        new.requiresGrad = true
        let sum = Divergence(coefficient: 1, estimator).estimate(new, tensor(golden.reference)).sum()
        sum.backward()
        try expect(
            Case(loss: sum.item(), gradient: [try #require(new.grad).values(as: Double.self)]),
            equals: golden.divergences[estimator.rawValue], estimator.rawValue)
    }

    @Test func aDivergenceInTheLossIsTRLs() throws {
        try expect(
            differentiated(
                Objective(clipHigh: 0.28, dualClip: 1e9), Normalizer(),
                divergence: Divergence(coefficient: 0.04)), equals: golden.trl["divergence"], "divergence")
    }

    @Test(arguments: [ImportanceWeights.Rule.truncated, .masked], ImportanceWeights.Level.allCases)
    func importanceWeightsAreTRLs(_ rule: ImportanceWeights.Rule, _ level: ImportanceWeights.Level) throws {
        let name = "\(rule.rawValue) \(level.rawValue)"
        let weights = ImportanceWeights(rule, level, lower: rule == .masked ? 0.5 : 0, upper: 2)
            .weights(tensor(golden.old), tensor(golden.sampled), branches: golden.branches)
        let found = try #require(weights).values(as: Double.self)
        let expected = try #require(golden.importance[name])
        expectEqual(found, expected, name)
        try expect(
            differentiated(Objective(clipHigh: 0.28, dualClip: 1e9), Normalizer(), importance: expected),
            equals: golden.trl[name], name)
    }

    @Test func theLossOfValuesIsVerls() throws {
        let predicted = Tensor(golden.value.predicted.joined().map { Float($0) })
        predicted.requiresGrad = true
        var terms = TargetTerms()
        terms.values = golden.values.joined().map { Float($0) }
        terms.returns = golden.value.returns.joined().map { Float($0) }
        terms.factors = Array(repeating: 1, count: terms.values.count)
        let loss = ValueLoss(CriticConfiguration())(predicted, terms).sum() / Double(terms.values.count)
        loss.backward()
        #expect(abs(loss.item() - golden.value.loss) < 1e-6 * golden.value.loss)
        let gradient = try #require(predicted.grad).values(as: Float.self).map(Double.init)
        let expected = Array(golden.value.gradient.joined())
        for (found, expected) in zip(gradient, expected) { #expect(abs(found - expected) < 1e-6) }
    }
}
