package import Models
import Torch

/// Computes what a model says about the targets of passes, without a gradient.
///
/// Holds tensors, so one thread owns it.
package final class PassEvaluator {
    /// One model per worker, all with the same weights.
    private let replicas: [any VisionLanguageModel]
    /// Excludes tokens that are never sampled from every distribution, as generation does.
    private let vocabularyBias: Tensor

    /// - Parameters:
    ///   - replicas: a model for each worker, all with the same weights.
    ///   - rules: the sampling rules; tokens that they exclude have probability 0 here too.
    package init(_ replicas: [any VisionLanguageModel], rules: TokenRules) {
        self.replicas = replicas
        vocabularyBias = rules.bias(on: replicas[0].device)
    }

    /// The log-probability of each target. `[pass][target]`
    ///
    /// - Parameters:
    ///   - passes: the passes; they are dealt to the workers in turn.
    ///   - temperature: the divisor of the logits.
    package func logProbabilities(of passes: [TrainingPass], temperature: Double) throws -> [[Float]] {
        try evaluate(passes) { [vocabularyBias] pass, worker in
            let model = self.replicas[worker]
            return model.logProbabilities(
                of: pass.targets, at: pass.predictors, in: model.hiddenStates(of: pass.batch),
                temperature: temperature, bias: vocabularyBias
            ).logProbabilities
        }
    }

    /// The value before each target. `[pass][target]`
    ///
    /// - Parameters:
    ///   - passes: the passes; they are dealt to the workers in turn.
    ///   - head: the value head.
    package func values(of passes: [TrainingPass], head: ValueHead) throws -> [[Float]] {
        try evaluate(passes) { pass, worker in
            head.values(of: pass, in: self.replicas[worker].hiddenStates(of: pass.batch))
        }
    }

    private func evaluate(
        _ passes: [TrainingPass], _ results: @escaping (TrainingPass, _ worker: Int) -> Tensor
    ) throws -> [[Float]] {
        let count = replicas.count
        let parts = try inParallel(count) { worker in
            withoutGradient {
                stride(from: worker, to: passes.count, by: count).map {
                    results(passes[$0], worker).values(as: Float.self)
                }
            }
        }
        return passes.indices.map { parts[$0 % count][$0 / count] }
    }
}
