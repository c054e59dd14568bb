import Models
import TestSupport
import Testing
import Torch

/// Packing changes how much is computed, never what: forward, loss and gradients are those of single sequences.
@Suite struct ModelPackingTests {
    /// A stretch of tokens with its images.
    private struct Piece {
        var tokens: [Int32]
        var images: [ImagePatches] = []

        static func + (left: Piece, right: Piece) -> Piece {
            Piece(tokens: left.tokens + right.tokens, images: left.images + right.images)
        }
    }

    private let configuration: Qwen25VLConfiguration
    private let prompt: Piece
    /// Of different lengths; the second looks at an image of its own.
    private let responses: [Piece]

    init() throws {
        configuration = try ModelGoldens.configuration()
        let tokens = configuration.tokens
        func image(_ name: String) throws -> Piece {
            let patches = try ModelGoldens.patches(name)
            let placeholders = [Int32](repeating: tokens.image, count: patches.grid.count / 4)
            return Piece(tokens: [tokens.visionStart] + placeholders + [tokens.visionEnd], images: [patches])
        }
        func text(_ name: String, _ count: Int) -> Piece {
            Piece(tokens: HashedValues.text(name, count: count))
        }
        prompt = text("system", 5) + (try image("first")) + text("question", 8)
        responses = [
            text("short", 3), text("look", 6) + (try image("second")) + text("answer", 7), text("long", 17),
        ]
    }

    private func model() throws -> Qwen25VL {
        let model = try ModelGoldens.model()
        for (_, parameter) in model.parameters { parameter.requiresGrad = true }
        return model
    }

    /// The log-probabilities of the tokens of a segment from `offset` on.
    private func logProbabilities(
        _ model: Qwen25VL, _ hidden: Tensor, _ batch: PackedBatch, segment: Int, from offset: Int
    ) -> Tensor {
        let place = batch.segments[segment]
        let offsets = offset..<place.count
        return model.logProbabilities(
            of: offsets.map { Int64(batch.tokens[place.start + $0]) },
            at: offsets.compactMap { batch.predictor(of: $0, in: segment).map(Int64.init) }, in: hidden
        ).logProbabilities
    }

    /// A loss that weighs every token differently, so that no two can be swapped unnoticed.
    private func loss(_ logProbabilities: Tensor) -> Tensor {
        let weights = (0..<logProbabilities.count).map { 0.5 + Float($0 % 7) / 4 }
        return (logProbabilities * Tensor(weights)).sum()
    }

    @Test func responsesThatShareAPromptGiveTheLossAndGradientsOfSeparateSequences() throws {
        let packed = try model()
        var batch = PackedBatch(for: configuration.shape)
        let root = try batch.append(prompt.tokens, images: prompt.images)
        for response in responses {
            try batch.append(response.tokens, images: response.images, continuing: root)
        }
        let hidden = packed.hiddenStates(of: batch)
        let together = responses.indices.map {
            logProbabilities(packed, hidden, batch, segment: $0 + 1, from: 0)
        }
        together.map(loss).reduce(Tensor.zeros([]), +).backward()

        let separate = try model()
        for (response, shared) in zip(responses, together) {
            var alone = PackedBatch(for: configuration.shape)
            let whole = prompt + response
            try alone.append(whole.tokens, images: whole.images)
            let scores = logProbabilities(
                separate, separate.hiddenStates(of: alone), alone, segment: 0, from: prompt.tokens.count)
            expectCloseToScale(shared.detached(), scores.detached(), 1e-5)
            loss(scores).backward()
        }
        for (left, right) in zip(packed.parameters, separate.parameters) {
            let (found, wanted) = (try #require(left.tensor.grad), try #require(right.tensor.grad))
            expectCloseToScale(found, wanted, 1e-5, left.name)
        }
    }

    @Test func unrelatedSequencesInOneBatchDoNotSeeEachOther() throws {
        let model = try model()
        var batch = PackedBatch(for: configuration.shape)
        for piece in [prompt] + responses { try batch.append(piece.tokens, images: piece.images) }
        let hidden = withoutGradient { model.hiddenStates(of: batch) }
        for (piece, segment) in zip([prompt] + responses, batch.segments) {
            var alone = PackedBatch(for: configuration.shape)
            try alone.append(piece.tokens, images: piece.images)
            expectCloseToScale(
                hidden.narrow(0, start: segment.start, count: segment.count),
                withoutGradient { model.hiddenStates(of: alone) }, 1e-5)
        }
    }

    @Test func aChainOfSegmentsIsOneSequence() throws {
        let model = try model()
        var chain = PackedBatch(for: configuration.shape)
        var last = try chain.append(prompt.tokens, images: prompt.images)
        for piece in responses {
            last = try chain.append(piece.tokens, images: piece.images, continuing: last)
        }
        let joined = responses.reduce(prompt, +)
        var whole = PackedBatch(for: configuration.shape)
        try whole.append(joined.tokens, images: joined.images)
        withoutGradient {
            expectCloseToScale(model.hiddenStates(of: chain), model.hiddenStates(of: whole), 1e-5)
        }
    }

    /// Keeps keys and values in tensors and looks at all of them: the least that generation needs.
    private final class GrowingCache: AttentionContext {
        private var keys: [Int: Tensor] = [:]
        private var values: [Int: Tensor] = [:]

        func attend(query: Tensor, key: Tensor, value: Tensor, layer: Int) -> Tensor {
            keys[layer] = keys[layer].map { .concatenated([$0, key]) } ?? key
            values[layer] = values[layer].map { .concatenated([$0, value]) } ?? value
            // The newest tokens sit at the end of a causal sequence, so queries of earlier ones may be anything.
            guard let keys = keys[layer], let values = values[layer] else { return query }
            let earlier = keys.size(0) - query.size(0)
            let padding = Tensor.zeros([earlier, query.size(1), query.size(2)])
            return Tensor.segmentAttention(
                .concatenated([padding, query]), keys, values,
                segments: [AttentionSegment(start: 0, count: keys.size(0))]
            ).narrow(0, start: earlier, count: query.size(0))
        }
    }

    @Test func theSameLayersComputeASequencePieceByPieceOverACache() throws {
        let model = try model()
        let joined = responses.reduce(prompt, +)
        var whole = PackedBatch(for: configuration.shape)
        try whole.append(joined.tokens, images: joined.images)
        let expected = withoutGradient { model.hiddenStates(of: whole) }

        let cache = GrowingCache()
        var cursor = PositionCursor()
        var start = 0
        for piece in [prompt] + responses {
            var batch = PackedBatch(for: configuration.shape)
            try batch.append(piece.tokens, images: piece.images, from: cursor)
            let hidden = withoutGradient { model.hiddenStates(of: batch, context: cache, afterLayer: nil) }
            expectCloseToScale(hidden, expected.narrow(0, start: start, count: piece.tokens.count), 1e-5)
            cursor = batch.cursors[0]
            start += piece.tokens.count
        }
    }
}
