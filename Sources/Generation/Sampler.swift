package import Agent
package import CounterRandom
package import Models
package import Torch

/// A token drawn from the model's distribution.
package struct SampledToken: Hashable, Sendable {
    package let token: Int32
    /// Natural logarithm of its probability under softmax(logits / temperature), after penalties, without forbidden tokens,
    /// and before truncation by `minP`, `topK` and `topP`. At temperature 0, the probability is that at temperature 1.
    package let logProbability: Float
    /// Entropy of that distribution, in nats.
    package let entropy: Float
    /// The most likely tokens of that distribution, in the number that the draw requests.
    package let alternatives: [ScoredToken]
}

/// The parameters for sampling one token.
package struct Draw: Sendable {
    package let sampling: Sampling
    /// Random numbers for this token only.
    package let random: CounterRandom
    /// As in `TurnOptions`.
    package let minP: Double
    /// The change of the logits, before the temperature; nil if there is none.
    package let adjustment: LogitAdjustment?
    /// How many of the most likely tokens to return.
    package let alternativeCount: Int

    package init(
        sampling: Sampling, random: CounterRandom, minP: Double = 0, adjustment: LogitAdjustment? = nil,
        alternativeCount: Int = 0
    ) {
        self.sampling = sampling
        self.random = random
        self.minP = minP
        self.adjustment = adjustment
        self.alternativeCount = alternativeCount
    }
}

/// Samples the next token of many sequences at once.
package struct Sampler {
    /// 0, or −∞ for a forbidden token. [vocabulary]
    private let bias: Tensor?
    private let device: Device

    package init(rules: TokenRules, device: Device = .cpu) {
        bias = rules.forbidden.isEmpty ? nil : rules.bias(on: device)
        self.device = device
    }

    /// Samples one token for each row of `logits` [row, vocabulary], with the element of `draws` for that row.
    package func sample(_ logits: Tensor, _ draws: [Draw]) -> [SampledToken] {
        withoutGradient {
            let logProbabilities = logProbabilities(logits, draws)  // [row, vocabulary]
            let probabilities = logProbabilities.exp()
            // A probability of 0 times a logarithm of −∞ is NaN, hence the bound.
            let entropies = (probabilities * logProbabilities.maximum(-1e30)).sum(dims: [1])  // [row]
            let tokens = choose(draws, probabilities.to(.cpu).contiguous())
            let chosen = Tensor(tokens, shape: [tokens.count, 1], device: device)
            let logarithms = logProbabilities.gather(1, chosen).values(as: Float.self)
            let negatedEntropies = entropies.values(as: Float.self)
            return draws.indices.map { row in
                SampledToken(
                    token: Int32(tokens[row]), logProbability: logarithms[row],
                    entropy: -negatedEntropies[row],
                    alternatives: likeliest(
                        draws[row].alternativeCount, in: logProbabilities.narrow(0, start: row, count: 1)))
            }
        }
    }

    /// The `count` most likely tokens in descending order; ties go to the lower id.
    ///
    /// - Parameter logProbabilities: [1, vocabulary]
    private func likeliest(_ count: Int, in logProbabilities: Tensor) -> [ScoredToken] {
        guard count > 0 else { return [] }
        var best: [ScoredToken] = []
        for (token, value) in logProbabilities.values(as: Float.self).enumerated()
        where value.isFinite && (best.count < count || value > best[count - 1].logProbability) {
            if best.count == count { best.removeLast() }
            let index = best.firstIndex { $0.logProbability < value } ?? best.count
            best.insert(ScoredToken(Int32(token), logProbability: value), at: index)
        }
        return best
    }

    private func logProbabilities(_ logits: Tensor, _ draws: [Draw]) -> Tensor {
        var logits = logits.to(.float32)
        if draws.contains(where: { $0.adjustment != nil }) { logits = adjusted(logits, draws) }
        let factors = draws.map { Float(1 / $0.sampling.divisor) }
        if factors.contains(where: { $0 != 1 }) {
            logits = logits * Tensor(factors, shape: [factors.count, 1], device: device)
        }
        if let bias { logits = logits + bias }
        return logits.logSoftmax(dim: 1)
    }

    /// The rows of `logits` [row, vocabulary], changed where their draws say so.
    private func adjusted(_ logits: Tensor, _ draws: [Draw]) -> Tensor {
        let rows = draws.enumerated().map { row, draw in
            let row = logits.narrow(0, start: row, count: 1)  // [1, vocabulary]
            guard let adjustment = draw.adjustment else { return row }
            var values = row.values(as: Float.self)
            adjustment.apply(to: &values)
            return Tensor(values, shape: row.shape, device: device)
        }
        return .concatenated(rows)
    }

    /// Samples a token from each row of `probabilities` [row, vocabulary], a CPU tensor.
    private func choose(_ draws: [Draw], _ probabilities: Tensor) -> [Int64] {
        let width = probabilities.size(1)
        return probabilities.withUnsafeMutableBytes { bytes in
            let values = UnsafeBufferPointer(bytes.bindMemory(to: Float.self))
            return draws.enumerated().map { row, draw in
                let row = UnsafeBufferPointer(rebasing: values[row * width..<(row + 1) * width])
                return Int64(draw.choose(from: row))
            }
        }
    }
}

extension Sampling {
    /// The divisor of logits: the temperature, or 1 for greedy sampling.
    package var divisor: Double { temperature > 0 ? temperature : 1 }
}

// MARK: Choosing from one distribution

extension Draw {
    /// Samples a token from the probabilities of the vocabulary; forbidden tokens have probability 0.
    func choose(from probabilities: UnsafeBufferPointer<Float>) -> Int {
        if sampling.temperature <= 0 { return Self.mostLikely(probabilities) }
        var random = random
        let uniform = random.uniform()
        if sampling.topK <= 0 && sampling.topP >= 1 && minP <= 0 {
            return Self.pick(uniform, of: probabilities.indices.lazy.map { ($0, probabilities[$0]) })
        }
        let kept = sampling.kept(of: probabilities, minP: minP)
        return Self.pick(uniform * kept.reduce(0) { $0 + Double($1.probability) }, of: kept)
    }

    /// The most likely token; ties go to the lower id.
    private static func mostLikely(_ probabilities: UnsafeBufferPointer<Float>) -> Int {
        var best = 0
        for token in probabilities.indices where probabilities[token] > probabilities[best] { best = token }
        return best
    }

    /// The first token at which the cumulative probability exceeds `mass`.
    ///
    /// If rounding keeps the total below `mass`, it is the last token with a positive probability.
    private static func pick(
        _ mass: Double, of candidates: some Sequence<(token: Int, probability: Float)>
    ) -> Int {
        var sum = 0.0
        var last = 0
        for (token, probability) in candidates where probability > 0 {
            sum += Double(probability)
            last = token
            if sum > mass { break }
        }
        return last
    }
}

extension Sampling {
    /// The tokens that remain after truncation by `minP`, then by `topK` and then by `topP`, in descending order of
    /// probability; ties go to the lower id.
    ///
    /// `topP` keeps the fewest tokens whose fraction of the remaining probability reaches `topP`, at least one.
    func kept(
        of probabilities: UnsafeBufferPointer<Float>, minP: Double
    ) -> [(token: Int, probability: Float)] {
        let least = minP > 0 ? Float(minP) * (probabilities.max() ?? 0) : 0
        // The tokens below the floor have less than 1 - topP in total, so none of them is needed to reach topP.
        let floor = topK > 0 || minP > 0 ? 0 : Float((1 - topP) / Double(probabilities.count) / 2)
        let total = topK > 0 || minP > 0 ? nil : probabilities.reduce(0) { $0 + Double($1) }
        var kept = probabilities.indices.lazy.map { (token: $0, probability: probabilities[$0]) }
            .filter { $0.probability > floor && $0.probability >= least }
            .sorted { ($1.probability, $0.token) < ($0.probability, $1.token) }
        if topK > 0 && kept.count > topK { kept.removeSubrange(topK...) }
        guard topP < 1 else { return kept }
        let goal = topP * (total ?? kept.reduce(0) { $0 + Double($1.probability) })
        var sum = 0.0
        let needed = kept.firstIndex { candidate in
            sum += Double(candidate.probability)
            return sum >= goal
        }
        return needed.map { Array(kept[...$0]) } ?? kept
    }
}
