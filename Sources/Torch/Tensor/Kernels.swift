import CTorch

/// A segment of packed tokens for attention.
package struct AttentionSegment: Hashable, Sendable {
    /// The first token.
    package let start: Int
    /// The number of tokens.
    package let count: Int
    /// The index, in the same list, of the earlier segment that this one continues.
    package let parent: Int?

    package init(start: Int, count: Int, parent: Int? = nil) {
        self.start = start
        self.count = count
        self.parent = parent
    }
}

/// The query sequences of one call of `pagedAttention`, with their cache pages.
package struct PagedSequences: Sendable {
    var pages: [Int32] = []
    var sequences: [TorchPagedSequence] = []
    private(set) var rowCount = 0

    package init() {}

    /// Adds a sequence of `length` cached tokens, of which the last `queryCount` are queries; `pages` contain its tokens 0, 1, …
    /// `length - 1` in order.
    package mutating func append(queryCount: Int = 1, length: Int, pages: [Int32]) {
        sequences.append(
            TorchPagedSequence(
                queryStart: rowCount, queryCount: queryCount, length: length, firstPage: self.pages.count))
        self.pages += pages
        rowCount += queryCount
    }
}

extension Tensor {
    /// Attention over packed tokens without a mask or padding.
    ///
    /// If causal, a token attends to all tokens of its segment's ancestors, and to the tokens of its own segment up to itself.
    /// Otherwise it attends to exactly its segment. The segments cover all tokens in order.
    ///
    /// - Parameters:
    ///   - query: [token, head, width]
    ///   - key: [token, keyHead, width]; `head` is a multiple of `keyHead`
    ///   - value: as `key`
    ///   - segments: consecutive runs of tokens, parents before children
    ///   - isCausal: whether attention is causal
    ///   - scale: 1/√width if absent
    /// - Returns: [token, head, width]
    package static func segmentAttention(
        _ query: Tensor, _ key: Tensor, _ value: Tensor, segments: [AttentionSegment], isCausal: Bool = true,
        scale: Double? = nil
    ) -> Tensor {
        let layout = segments.map { TorchSegment(start: $0.start, count: $0.count, parent: $0.parent ?? -1) }
        let factor = scale ?? 1 / Double(query.size(-1)).squareRoot()
        return query.map("segmentAttention", key, value) {
            torch_segment_attention($0, $1, $2, layout, layout.count, isCausal, factor, $3)
        }
    }

    /// Causal attention of the newest tokens of many sequences over a paged cache; not differentiable.
    ///
    /// - Parameters:
    ///   - query: [token, head, width], the query tokens of all sequences in order
    ///   - keyPages: [page, token, keyHead, width]; the query tokens are already stored
    ///   - valuePages: as `keyPages`
    ///   - sequences: the query rows and the cache pages of each sequence
    ///   - scale: 1/√width if absent
    /// - Returns: [token, head, width]
    package static func pagedAttention(
        _ query: Tensor, keyPages: Tensor, valuePages: Tensor, _ sequences: PagedSequences,
        scale: Double? = nil
    ) -> Tensor {
        let factor = scale ?? 1 / Double(query.size(-1)).squareRoot()
        return query.map("pagedAttention", keyPages, valuePages) {
            torch_paged_attention(
                $0, $1, $2, sequences.pages, sequences.pages.count, sequences.sequences,
                sequences.sequences.count, factor, $3)
        }
    }

    /// Rotary embedding: rotates feature pairs (i, i + width/2) of [token, head, width] by angles whose `cosine` and `sine` are
    /// [token, width], with equal halves.
    package func applyRotary(cosine: Tensor, sine: Tensor) -> Tensor {
        map("applyRotary", cosine, sine) { torch_apply_rotary($0, $1, $2, $3) }
    }

    /// RMS norm: divides each vector of the last dimension by its root mean square and multiplies it by `weight` [width].
    package func rmsNorm(_ weight: Tensor, epsilon: Double) -> Tensor {
        map("rmsNorm", weight) { torch_rms_norm($0, $1, epsilon, $2) }
    }

    /// `silu(self) · up`, elementwise.
    package func swiGLU(_ up: Tensor) -> Tensor { map("swiGLU", up) { torch_swiglu($0, $1, $2) } }

    /// The log-probability of each target under softmax(hidden · weightᵀ / temperature + bias), and the entropy of that
    /// distribution. Both are differentiable. The logits [token, vocabulary] are never materialized as a whole.
    ///
    /// - Parameters:
    ///   - hidden: [token, width]
    ///   - weight: [vocabulary, width]; differentiated if it has the type of `hidden`
    ///   - bias: [vocabulary], not differentiated; -∞ excludes a vocabulary entry
    ///   - targets: [token], `int64`
    ///   - temperature: divides the logits
    /// - Returns: two tensors [token]
    package static func tokenLogProbabilities(
        hidden: Tensor, weight: Weight, bias: Tensor? = nil, targets: Tensor, temperature: Double = 1
    ) -> (logProbabilities: Tensor, entropies: Tensor) {
        var logProbabilities = TorchTensor()
        var entropies = TorchTensor()
        let status = hidden.withHandle { hidden in
            withExtendedLifetime(weight) {
                targets.withHandle { targets in
                    withHandle(bias) {
                        torch_token_log_probabilities(
                            hidden, weight.handle, $0, targets, temperature, &logProbabilities, &entropies)
                    }
                }
            }
        }
        if status != .success { stop("tokenLogProbabilities", [hidden, weight.values, targets]) }
        return (Tensor(owning: logProbabilities), Tensor(owning: entropies))
    }
}
