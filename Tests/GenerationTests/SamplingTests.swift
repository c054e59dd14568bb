import Agent
import CounterRandom
import Foundation
import Generation
import Models
import Testing
import Torch

@Suite struct SamplingTests {
    private let vocabularySize = 24

    private func rules(forbidden: [Int32] = []) -> TokenRules {
        TokenRules(forbidden: forbidden, stops: [:], vocabularySize: vocabularySize)
    }

    private func logits(seed: UInt64) -> [Float] {
        var random = CounterRandom(seed: seed, 5)
        return (0..<vocabularySize).map { _ in Float(2 * random.normal()) }
    }

    /// Plain double-precision probabilities at `temperature`, forbidden tokens excluded.
    private func probabilities(
        _ logits: [Float], temperature: Double = 1, forbidden: [Int32] = []
    ) -> [Double] {
        let weights = logits.enumerated().map { token, logit in
            forbidden.contains(Int32(token)) ? 0 : exp(Double(logit) / temperature)
        }
        let total = weights.reduce(0, +)
        return weights.map { $0 / total }
    }

    private func sample(
        _ logits: [Float], _ sampling: Sampling, minP: Double = 0, count: Int, forbidden: [Int32] = []
    ) -> [SampledToken] {
        let rows = Tensor(
            Array(repeating: logits, count: count).flatMap(\.self), shape: [count, vocabularySize])
        let draws = (0..<count).map {
            Draw(sampling: sampling, random: CounterRandom(seed: 11, UInt64($0)), minP: minP)
        }
        return Sampler(rules: rules(forbidden: forbidden)).sample(rows, draws)
    }

    @Test(arguments: [0.5, 1, 1.7]) func recordsTheDistributionItSamplesFrom(temperature: Double) {
        let logits = logits(seed: 1)
        let forbidden: [Int32] = [3, 20]
        let expected = probabilities(logits, temperature: temperature, forbidden: forbidden)
        let entropy = -expected.reduce(0) { $0 + ($1 > 0 ? $1 * log($1) : 0) }
        for sampled in sample(
            logits, Sampling(temperature: temperature, topP: 0.7), count: 50, forbidden: forbidden)
        {
            #expect(abs(Double(sampled.logProbability) - log(expected[Int(sampled.token)])) < 1e-5)
            #expect(abs(Double(sampled.entropy) - entropy) < 1e-5)
        }
    }

    @Test func tellsTheLikeliestTokens() {
        let logits = logits(seed: 4)
        let forbidden: [Int32] = [2, 5, 9]
        let expected = probabilities(logits, forbidden: forbidden).enumerated()
            .filter { $0.element > 0 }.sorted { $0.element > $1.element }
        let rows = Tensor(Array(repeating: logits, count: 3).flatMap(\.self), shape: [3, vocabularySize])
        let draws = [0, 4, 30].map {
            Draw(sampling: .greedy, random: CounterRandom(seed: 1), alternativeCount: $0)
        }
        let sampled = Sampler(rules: rules(forbidden: forbidden)).sample(rows, draws)
        #expect(sampled.map(\.alternatives.count) == [0, 4, vocabularySize - 3])
        #expect(sampled[2].alternatives.map { Int($0.token) } == expected.map(\.offset))
        #expect(sampled[1].alternatives == Array(sampled[2].alternatives.prefix(4)))
        #expect(sampled[1].alternatives[0].token == sampled[1].token)
        for (alternative, (_, probability)) in zip(sampled[2].alternatives, expected) {
            #expect(abs(Double(alternative.logProbability) - log(probability)) < 1e-5)
        }
    }

    @Test(arguments: [0.6, 1, 2]) func followsTheDistribution(temperature: Double) {
        let logits = logits(seed: 2)
        let forbidden: [Int32] = [0, 7]
        let expected = probabilities(logits, temperature: temperature, forbidden: forbidden)
        #expect(
            chiSquare(
                sample(logits, Sampling(temperature: temperature), count: 20_000, forbidden: forbidden),
                expected)
                < 53)
    }

    @Test func followsTheTruncatedDistribution() {
        let logits = logits(seed: 3)
        let sampling = Sampling(temperature: 1.3, topP: 0.8, topK: 9)
        let expected = truncated(probabilities(logits, temperature: 1.3), sampling)
        #expect(expected.count { $0 > 0 } < 9)
        #expect(chiSquare(sample(logits, sampling, count: 20_000), expected) < 53)
    }

    /// 53 is the 99.96th percentile of the chi-square distribution with 24 degrees of freedom; infinite if a token
    /// without probability was drawn.
    private func chiSquare(_ sampled: [SampledToken], _ expected: [Double]) -> Double {
        var counts = [Double](repeating: 0, count: vocabularySize)
        for token in sampled { counts[Int(token.token)] += 1 }
        return zip(counts, expected).reduce(0) { sum, pair in
            let mean = pair.1 * Double(sampled.count)
            if mean == 0 { return pair.0 == 0 ? sum : .infinity }
            return sum + (pair.0 - mean) * (pair.0 - mean) / mean
        }
    }

    @Test(arguments: 0..<20) func keepsExactlyTheTokensOfAPlainTruncation(seed: UInt64) {
        let logits = logits(seed: seed)
        let plain = probabilities(logits)
        for (topK, topP, minP) in [
            (1, 1, 0), (5, 1, 0), (0, 0.3, 0), (0, 0.95, 0), (0, 1e-9, 0), (6, 0.5, 0), (24, 0.999, 0),
            (100, 0.9, 0), (0, 1, 0.1), (0, 0.8, 0.05), (4, 0.9, 0.2), (0, 1, 1), (0, 0.99, 1e-9),
        ] {
            let sampling = Sampling(topP: topP, topK: topK)
            let drawn = Set(sample(logits, sampling, minP: minP, count: 3000).map(\.token))
            let kept = truncated(plain, sampling, minP: minP)
            #expect(drawn.allSatisfy { kept[Int($0)] > 0 }, "topK \(topK), topP \(topP), minP \(minP)")
            // What has a chance of 1 in 100 is missing from 3000 draws once in 10^13.
            #expect(kept.indices.allSatisfy { kept[$0] < 0.01 || drawn.contains(Int32($0)) })
        }
    }

    /// The definition, by sorting everything.
    private func truncated(_ probabilities: [Double], _ sampling: Sampling, minP: Double = 0) -> [Double] {
        let least = minP * (probabilities.max() ?? 0)
        var order = probabilities.indices.filter { probabilities[$0] >= least }
            .sorted { (probabilities[$1], $0) < (probabilities[$0], $1) }
        if sampling.topK > 0 { order = Array(order.prefix(sampling.topK)) }
        if sampling.topP < 1 {
            let total = order.reduce(0) { $0 + probabilities[$1] }
            var sum = 0.0
            var kept: [Int] = []
            for token in order {
                kept.append(token)
                sum += probabilities[token]
                if sum >= sampling.topP * total { break }
            }
            order = kept
        }
        let total = order.reduce(0) { $0 + probabilities[$1] }
        return probabilities.indices.map { order.contains($0) ? probabilities[$0] / total : 0 }
    }

    @Test func greedyTakesTheMostLikelyAllowedToken() {
        var logits = logits(seed: 4)
        logits[6] = 9
        logits[9] = 8
        let sampled = sample(logits, .greedy, count: 1, forbidden: [6])[0]
        #expect(sampled.token == 9)
        let expected = log(probabilities(logits, forbidden: [6])[9])
        #expect(abs(Double(sampled.logProbability) - expected) < 1e-5)
    }

    @Test func mixesSettingsInOneBatch() {
        let rows = logits(seed: 5) + logits(seed: 6) + logits(seed: 7)
        let settings = [Sampling.greedy, Sampling(temperature: 0.8), Sampling(topP: 0.5, topK: 3)]
        let draws = settings.enumerated().map {
            Draw(sampling: $1, random: CounterRandom(seed: 1, UInt64($0)))
        }
        let sampler = Sampler(rules: rules(forbidden: [1]))
        let together = sampler.sample(Tensor(rows, shape: [3, vocabularySize]), draws)
        for row in 0..<3 {
            let own = Array(rows[row * vocabularySize..<(row + 1) * vocabularySize])
            let alone = sampler.sample(Tensor(own, shape: [1, vocabularySize]), [draws[row]])
            #expect(together[row] == alone[0])
        }
    }

    @Test func tokenRulesKeepStopsAndDropStrangers() {
        let rules = TokenRules(forbidden: [5, 2, 5, 900, -1, 7], stops: [7: .endOfTurn], vocabularySize: 10)
        #expect(rules.forbidden == [2, 5])
        let bias = rules.bias().values(as: Float.self)
        #expect(bias.enumerated().allSatisfy { $1 == ([2, 5].contains($0) ? -.infinity : 0) })
    }
}
