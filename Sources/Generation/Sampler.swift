package import Agent
package import CounterRandom
package import Models
package import Torch

/// A token drawn from the model's distribution.
package struct SampledToken: Hashable, Sendable {
    package let token: Int32
    /// Natural logarithm of its probability under softmax(logits / temperature), forbidden tokens excluded; before
    /// `topK` and `topP` cut the distribution. At temperature 0 that of temperature 1.
    package let logProbability: Float
    /// Entropy of that distribution, in nats.
    package let entropy: Float
    /// Its likeliest tokens, as many as the draw asks for.
    package let alternatives: [ScoredToken]
}

/// How one token is to be drawn.
package struct Draw: Sendable {
    package let sampling: Sampling
    /// Belongs to this token alone.
    package let random: CounterRandom
    /// How many of the likeliest tokens to tell of.
    package let alternativeCount: Int

    package init(sampling: Sampling, random: CounterRandom, alternativeCount: Int = 0) {
        self.sampling = sampling
        self.random = random
        self.alternativeCount = alternativeCount
    }
}

/// Draws the next token of many sequences at once.
package struct Sampler {
    /// 0, or −∞ for a forbidden token. [vocabulary]
    private let bias: Tensor?
    private let device: Device

    package init(rules: TokenRules, device: Device = .cpu) {
        bias = rules.forbidden.isEmpty ? nil : rules.bias(on: device)
        self.device = device
    }

    /// Draws one token for each row of `logits` [row, vocabulary], as the element of `draws` for that row says.
    package func sample(_ logits: Tensor, _ draws: [Draw]) -> [SampledToken] {
        withoutGradient {
            let logProbabilities = logProbabilities(logits, draws)  // [row, vocabulary]
            let probabilities = logProbabilities.exp()
            // A probability of 0 times a logarithm of −∞ is no number, hence the bound.
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

    /// The `count` most likely tokens, the first one first; of equally likely ones the lower id.
    ///
    /// - Parameter logProbabilities: [1, vocabulary]
    private func likeliest(_ count: Int, in logProbabilities: Tensor) -> [ScoredToken] {
        guard count > 0 else { return [] }
        var best: [ScoredToken] = []
        for (token, value) in logProbabilities.values(as: Float.self).enumerated()
        where value.isFinite && (best.count < count || value > best[count - 1].logProbability) {
            if best.count == count { best.removeLast() }
            let place = best.firstIndex { $0.logProbability < value } ?? best.count
            best.insert(ScoredToken(Int32(token), logProbability: value), at: place)
        }
        return best
    }

    private func logProbabilities(_ logits: Tensor, _ draws: [Draw]) -> Tensor {
        var logits = logits.to(.float32)
        let factors = draws.map { Float(1 / $0.sampling.divisor) }
        if factors.contains(where: { $0 != 1 }) {
            logits = logits * Tensor(factors, shape: [factors.count, 1], device: device)
        }
        if let bias { logits = logits + bias }
        return logits.logSoftmax(dim: 1)
    }

    /// The token of each row of `probabilities` [row, vocabulary], which are in main memory.
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
    /// What logits are divided by; 1 when the most likely token is taken.
    package var divisor: Double { temperature > 0 ? temperature : 1 }
}

// MARK: Choosing from one distribution

extension Draw {
    /// A token, given the probabilities of all; forbidden ones have 0.
    func choose(from probabilities: UnsafeBufferPointer<Float>) -> Int {
        if sampling.temperature <= 0 { return Self.mostLikely(probabilities) }
        var random = random
        let share = random.uniform()
        if sampling.topK <= 0 && sampling.topP >= 1 {
            return Self.pick(share, of: probabilities.indices.lazy.map { ($0, probabilities[$0]) })
        }
        let kept = sampling.kept(of: probabilities)
        return Self.pick(share * kept.reduce(0) { $0 + Double($1.probability) }, of: kept)
    }

    /// The first of the greatest.
    private static func mostLikely(_ probabilities: UnsafeBufferPointer<Float>) -> Int {
        var best = 0
        for token in probabilities.indices where probabilities[token] > probabilities[best] { best = token }
        return best
    }

    /// The token in whose stretch of the cumulative sum `mass` lies; the last possible one if the sum, for rounding,
    /// stays below it.
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
    /// The tokens that `topK` and then `topP` leave, the most likely first; of equally likely ones the lower id.
    ///
    /// `topK` keeps that many. `topP` keeps the fewest whose share of what `topK` left reaches it, at least one.
    func kept(of probabilities: UnsafeBufferPointer<Float>) -> [(token: Int, probability: Float)] {
        // All tokens under the floor together have less than 1 - topP, so none of them is needed to reach topP.
        let floor = topK > 0 ? 0 : Float((1 - topP) / Double(probabilities.count) / 2)
        let total = topK > 0 ? nil : probabilities.reduce(0) { $0 + Double($1) }
        var kept = probabilities.indices.lazy.map { (token: $0, probability: probabilities[$0]) }
            .filter { $0.probability > floor }
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
