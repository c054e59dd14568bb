package import Torch

/// A vision-language model of any family, as the engine, the learner and checkpoints use it.
///
/// It computes packed batches: no padding, shared prefixes once, attention by `AttentionContext`. `ModelFamily` lists
/// the families there are.
package protocol VisionLanguageModel: AnyObject {
    associatedtype Configuration: ModelConfiguration

    /// What `config.json` says.
    var configuration: Configuration { get }

    /// Every parameter once, in the order of the forward pass, under names that stay the same.
    var parameters: [NamedTensor] { get }

    /// The matrix that turns hidden states into logits, [vocabulary, width].
    var head: Tensor { get }

    /// How checkpoints of the family spell the names of their tensors; the first spelling is the one that is written.
    static var spellings: [WeightSpelling] { get }

    /// Every tensor of a checkpoint of this model, in the order of the forward pass.
    func checkpointWeights(_ spelling: WeightSpelling) -> [CheckpointWeight]

    /// Another model over the same weights, whose parameters have gradients of their own: for a second thread. What
    /// changes the weights of one in place changes those of the other.
    func sharingWeights() -> Self

    /// The hidden states of all tokens of `batch`, ready for the head, [token, width].
    ///
    /// - Parameters:
    ///   - batch: tokens, positions and images.
    ///   - context: what the tokens attend to.
    ///   - afterLayer: receives the hidden states that each decoder layer made.
    func hiddenStates(
        of batch: PackedBatch, context: any AttentionContext, afterLayer: LayerObserver?
    ) -> Tensor
}

/// Receives the index of a decoder layer and the hidden states after it, [token, width].
package typealias LayerObserver = (_ layer: Int, _ hidden: Tensor) -> Void

extension VisionLanguageModel {
    package var shape: ModelShape { configuration.shape }
    package var device: Device { head.device }
    package var dtype: DType { head.dtype }

    /// Elements of all parameters.
    package var parameterCount: Int { parameters.reduce(0) { $0 + $1.tensor.count } }

    /// The hidden states of tokens that attend to their own segments and the ancestors of those, [token, width].
    package func hiddenStates(of batch: PackedBatch) -> Tensor {
        hiddenStates(of: batch, context: SegmentAttention(segments: batch.segments), afterLayer: nil)
    }

    /// Logits of the next token after each of the given hidden states, [row, vocabulary].
    package func logits(_ hidden: Tensor) -> Tensor { hidden.linear(head) }

    /// The log-probability of each target and the entropy of the distribution that it was drawn from, in nats.
    ///
    /// Logits are computed in chunks, and again in the backward pass: [row, vocabulary] never exists whole.
    ///
    /// - Parameters:
    ///   - targets: the tokens that followed, [row]
    ///   - rows: for each target, the token that predicts it (`PackedBatch.predictor`), [row]
    ///   - hidden: [token, width]
    ///   - temperature: what logits are divided by
    ///   - bias: [vocabulary], added to the logits; -∞ excludes a token
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
