package import Torch

/// A vision-language model of any family, for the engine, the learner and checkpoints.
///
/// It computes packed batches without padding. Shared prefixes are computed once, and attention is computed by an
/// `AttentionContext`. `ModelFamily` lists the families.
package protocol VisionLanguageModel: AnyObject {
    associatedtype Configuration: ModelConfiguration

    /// The configuration from `config.json`.
    var configuration: Configuration { get }

    /// How the parameters are stored.
    var storage: ParameterStorage { get }

    /// Every parameter once, in the order of the forward pass, with stable names.
    var parameters: [NamedTensor] { get }

    /// The projection from hidden states to logits, [vocabulary, width].
    var head: Weight { get }

    /// The naming schemes of checkpoints of the family; checkpoints are written with the first one.
    static var spellings: [WeightSpelling] { get }

    /// Every tensor of a checkpoint of this model, in the order of the forward pass.
    func checkpointWeights(_ spelling: WeightSpelling) -> [CheckpointWeight]

    /// A second model over the same weights with its own gradients, for use in another thread.
    ///
    /// In-place changes of the weights affect both models.
    func sharingWeights() -> Self

    /// The hidden states of all tokens of `batch` after the final norm, [token, width].
    ///
    /// - Parameters:
    ///   - batch: tokens, positions and images.
    ///   - context: computes attention.
    ///   - afterLayer: called with the output of each decoder layer.
    func hiddenStates(
        of batch: PackedBatch, context: any AttentionContext, afterLayer: LayerObserver?
    ) -> Tensor
}

/// Receives the index of a decoder layer and the hidden states after it, [token, width].
package typealias LayerObserver = (_ layer: Int, _ hidden: Tensor) -> Void

extension VisionLanguageModel {
    package var shape: ModelShape { configuration.shape }
    package var device: Device { storage.device }
    package var precision: Precision { storage.precision }
    /// The type of hidden states, and of cached keys and values.
    package var activationType: DType { storage.activationType }

    /// Number of elements of all parameters.
    package var parameterCount: Int { parameters.reduce(0) { $0 + $1.tensor.count } }

    /// The hidden states of tokens that attend within their segment and its ancestors, [token, width].
    package func hiddenStates(of batch: PackedBatch) -> Tensor {
        hiddenStates(of: batch, context: SegmentAttention(segments: batch.segments), afterLayer: nil)
    }

    /// The logits of the next token for each hidden state, [row, vocabulary].
    package func logits(_ hidden: Tensor) -> Tensor { hidden.linear([head]) }

    /// The log-probability of each target and the entropy of its predicted distribution, in nats.
    ///
    /// Logits are computed in chunks, and again in the backward pass, so that the full matrix [row, vocabulary] is never
    /// in memory.
    ///
    /// - Parameters:
    ///   - targets: the target tokens, [row]
    ///   - rows: for each target, the index of the token that predicts it (`PackedBatch.predictor`), [row]
    ///   - hidden: the hidden states, [token, width]
    ///   - temperature: the divisor of the logits
    ///   - bias: the bias added to the logits, −∞ for excluded tokens, [vocabulary]
    /// - Returns: two tensors [row]
    package func logProbabilities(
        of targets: [Int64], at rows: [Int64], in hidden: Tensor, temperature: Double = 1, bias: Tensor? = nil
    ) -> (logProbabilities: Tensor, entropies: Tensor) {
        precondition(targets.count == rows.count, "\(targets.count) targets at \(rows.count) rows")
        return Tensor.tokenLogProbabilities(
            hidden: hidden.indexSelect(0, Tensor(rows, device: device)), weight: head, bias: bias,
            targets: Tensor(targets, device: device), temperature: temperature)
    }
}
