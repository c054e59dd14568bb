import Models
import TestSupport
import Testing
import Torch

/// The tiny model against transformers, in layers, fp32, each element within 1e-4.
@Suite struct ModelParityTests {
    private let golden: Goldens
    private let model: Qwen25VL
    private let batch: PackedBatch
    /// Which tokens carry a loss.
    private let mask: [Bool]

    init() throws {
        golden = try Goldens("model")
        model = try ModelGoldens.model()
        (batch, mask) = try ModelGoldens.conversation()
    }

    private func expect(
        _ actual: Tensor, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        expectClose(
            actual, try golden[name], absolute: 1e-4, relative: 0, name, sourceLocation: sourceLocation)
    }

    private var layout: VisionLayout {
        VisionLayout(grids: batch.images.map(\.grid), configuration: model.configuration.vision)
    }

    @Test func everyVisionBlockEqualsTheReference() throws {
        try withoutGradient {
            let layout = layout
            let rotary = model.vision.rotary(of: layout)
            var hidden = model.vision.patchEmbedding(model.pixels(of: batch.images, layout: layout))
            for (index, block) in model.vision.blocks.enumerated() {
                let segments = model.vision.segments(of: layout, block: index)
                hidden = block(hidden, rotary: rotary, segments: segments)
                try expect(hidden, "vision.block.\(index)")
            }
        }
    }

    @Test func mergedTokensEqualTheReferenceOnceTheirOrderIsUndone() throws {
        let layout = layout
        let merged = withoutGradient {
            model.vision(model.pixels(of: batch.images, layout: layout), layout: layout)
        }
        var places = [Int](repeating: 0, count: layout.order.count)
        for (place, token) in layout.order.enumerated() { places[token] = place }
        try expect(merged.indexSelect(0, Tensor(places)), "vision.merged")
    }

    @Test func positionsEqualTheReference() throws {
        let positions = batch.positions
        let expected = try golden["positions"].values(as: Int32.self)
        #expect(positions.temporal + positions.height + positions.width == expected)
    }

    @Test func everyDecoderLayerEqualsTheReferenceAndSoDoesTheNorm() throws {
        try withoutGradient {
            let rotary = model.text.rotary(at: batch.positions)
            let context = SegmentAttention(segments: batch.segments)
            var hidden = model.embedded(batch)
            // The reference records the last layer before the norm.
            for (index, layer) in model.text.layers.enumerated() {
                hidden = layer(hidden, rotary: rotary, context: context)
                try expect(hidden, "text.layer.\(index)")
            }
            try expect(model.text.norm(hidden), "text.norm")
        }
    }

    @Test func logitsEqualTheReference() throws {
        try expect(withoutGradient { model.logits(model.hiddenStates(of: batch)) }, "logits")
    }

    @Test func logitsOfAHeadOfItsOwnEqualTheReference() throws {
        let untied = try ModelGoldens.model(tied: false)
        try expect(withoutGradient { untied.logits(untied.hiddenStates(of: batch)) }, "logits.untied")
    }

    @Test func logProbabilitiesAndEntropiesEqualTheReference() throws {
        let scores = withoutGradient { model.scores(batch, mask) }
        try expect(scores.logProbabilities, "logProbabilities")
        try expect(scores.entropies, "entropies")
    }

    @Test func gradientsOfAllParametersEqualTheReference() throws {
        for (_, parameter) in model.parameters { parameter.requiresGrad = true }
        let loss = -model.scores(batch, mask).logProbabilities.mean()
        loss.backward()
        try expect(loss.detached().reshape([1]), "loss")

        let weights = model.checkpointWeights(.hub)
        #expect(weights.map { "gradient.\($0.name)" }.sorted() == golden.names("gradient"))
        for weight in weights {
            let gradient = try #require(weight.parameter.grad, "\(weight.name) has no gradient")
            expectCloseToScale(
                weight.slice(of: gradient), try golden["gradient.\(weight.name)"], 1e-4, weight.name)
        }
    }
}

extension Qwen25VL {
    /// How the model judges the masked tokens of a batch of one segment.
    fileprivate func scores(
        _ batch: PackedBatch, _ mask: [Bool]
    ) -> (logProbabilities: Tensor, entropies: Tensor) {
        let places = mask.indices.filter { mask[$0] }
        return logProbabilities(
            of: places.map { Int64(batch.tokens[$0]) },
            at: places.compactMap { batch.predictor(of: $0, in: 0).map(Int64.init) },
            in: hiddenStates(of: batch))
    }
}
