package import CounterRandom
import Foundation
package import Torch

/// Which products of a model get low-rank additions, and of which size.
package struct LowRankPlan: Hashable, Sendable {
    package let rank: Int
    /// The additions are multiplied by alpha / rank.
    package let alpha: Double
    /// Patterns of module names.
    package let targets: [ModulePattern]

    package init(rank: Int, alpha: Double, targets: [ModulePattern]) {
        self.rank = rank
        self.alpha = alpha
        self.targets = targets
    }

    package var factor: Double { alpha / Double(rank) }
}

/// A pattern of module names as released checkpoints spell them, such as `model.layers.*` or `*.q_proj`; `*` stands for any
/// characters.
package struct ModulePattern: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ pattern: String) { description = pattern }

    /// Whether the pattern is the whole of `module`, such as `model.layers.0.mlp.up_proj`.
    package func matches(_ module: String) -> Bool { fnmatch(description, module, 0) == 0 }
}

extension VisionLanguageModel {
    /// Adds low-rank matrices to the products that a plan names; at first they add nothing.
    ///
    /// As in PEFT, `down` is uniformly distributed within ±1/√in, and `up` is 0.
    ///
    /// - Throws: ``AdapterError`` if a pattern matches no product.
    package func addLowRank(_ plan: LowRankPlan, random: CounterRandom) throws(AdapterError) {
        let weights = checkpointWeights(Self.spellings[0])
        for target in plan.targets
        where !weights.contains(where: { $0.product != nil && target.matches($0.module) }) {
            throw AdapterError(
                problem: "the target \(target) matches no product; names are such as "
                    + (weights.last { $0.product != nil }?.module ?? "none"))
        }
        for (index, weight) in weights.enumerated() {
            guard let product = weight.product, plan.targets.contains(where: { $0.matches(weight.module) })
            else { continue }
            var stream = random.child(UInt64(index))
            let (rowCount, width) = (weight.value.size(0), weight.value.size(1))
            let bound = 1 / Double(width).squareRoot()
            let values = (0..<plan.rank * width).map { _ in Float((2 * stream.uniform() - 1) * bound) }
            product.linear.add(
                Weight.LowRank(
                    down: Tensor(values, shape: [plan.rank, width], device: device),
                    up: .zeros([rowCount, plan.rank], device: device), factor: plan.factor),
                toBlock: product.block)
        }
    }

    /// Adds low-rank matrices of the same shapes as those of another model of the same configuration.
    func addLowRank(like other: Self) {
        for (own, others) in zip(
            checkpointWeights(Self.spellings[0]), other.checkpointWeights(Self.spellings[0]))
        {
            guard let product = own.product, let lowRank = others.lowRank else { continue }
            product.linear.add(
                Weight.LowRank(
                    down: lowRank.down.zerosLike(), up: lowRank.up.zerosLike(), factor: lowRank.factor),
                toBlock: product.block)
        }
    }

    /// The names of all modules with weights, as released checkpoints spell them, in the order of the forward pass.
    package var moduleNames: [String] { checkpointWeights(Self.spellings[0]).map(\.module) }

    /// The rank of the low-rank additions; nil if there are none.
    package var lowRankRank: Int? {
        checkpointWeights(Self.spellings[0]).lazy.compactMap(\.lowRank).first?.down.size(0)
    }

    /// Whether a product has a low-rank addition.
    package var hasLowRank: Bool { lowRankRank != nil }

    /// Adds the products of the low-rank matrices to the weights, and removes them.
    package func mergeLowRank() {
        withoutGradient {
            for weight in checkpointWeights(Self.spellings[0]) {
                guard let product = weight.product, let lowRank = weight.lowRank else { continue }
                let sum = weight.value.to(.float32) + lowRank.up.matmul(lowRank.down) * lowRank.factor
                weight.value.copy_(sum)
                product.linear.add(nil, toBlock: product.block)
            }
        }
    }

    /// The parameters to train: the low-rank additions if there are any, else all that no pattern freezes.
    package func trainedParameters(freezing frozen: [ModulePattern] = []) -> [NamedTensor] {
        let weights = checkpointWeights(Self.spellings[0])
        let additions = weights.compactMap(\.lowRank).flatMap { [$0.down, $0.up] }
        if !additions.isEmpty {
            return parameters.filter { parameter in additions.contains { $0.isSame(as: parameter.tensor) } }
        }
        if frozen.isEmpty { return parameters }
        let kept = weights.filter { weight in !frozen.contains { $0.matches(weight.module) } }
        return parameters.filter { parameter in
            kept.contains { $0.parameter.isSame(as: parameter.tensor) }
        }
    }
}

extension CheckpointWeight {
    /// What is added to the matrix, if it is a block of a product.
    package var lowRank: Weight.LowRank? { product.flatMap { $0.linear.blocks[$0.block].lowRank } }
}
