import CounterRandom
import Foundation
import Models
import Tokenizer
import Torch

/// Initial weights that speed up training of a small model: cosine patch filters, ordered number embeddings, and position
/// heads.
struct NanoInitialization {
    private let model: Qwen25VL
    private let tokenizer: Tokenizer
    private var random: CounterRandom

    /// Gain of the projections that add to the residual stream.
    private static let outputGain = 0.3
    private static let embeddingDeviation = 0.1

    init(model: Qwen25VL, tokenizer: Tokenizer, random: CounterRandom) {
        self.model = model
        self.tokenizer = tokenizer
        self.random = random
    }

    /// Sets all weights; `patches` [patch, channel · y · x] are sample inputs of the patch filters.
    mutating func run(patches: [Float]) {
        withoutGradient {
            setMatrices()
            setPatchFilters(patches)
            setNumbers()
            setPositionHeads()
        }
    }

    /// Normal with variance 1/fan-in.
    private mutating func setMatrices() {
        let outputs = ["o_proj", "down_proj", "attn.proj", "merger.mlp.2"]
        for weight in model.checkpointWeights(.hub) where weight.role == .matrix && weight.value.rank == 2 {
            let isEmbedding = weight.name.hasSuffix("embed_tokens.weight")
            let gain = outputs.contains { weight.name.contains($0) } ? Self.outputGain : 1
            let deviation =
                isEmbedding ? Self.embeddingDeviation : gain / Double(weight.value.size(1)).squareRoot()
            weight.value.copy_(.normal(weight.value.shape, standardDeviation: deviation, using: &random))
        }
    }

    // MARK: Seeing

    /// Colour directions of the patch filters: brightness and two colour differences.
    private static let colourDirections: [[Double]] = [[1, 1, 1], [1, 0, -1], [1, -2, 1]]

    /// Sets the filters to the lowest two-dimensional cosine waves in each colour direction, normalized to equal variance on
    /// `patches`.
    private func setPatchFilters(_ patches: [Float]) {
        let vision = model.configuration.vision
        let side = vision.patchSize
        let waveCount = vision.width / Self.colourDirections.count
        let waves = (0..<side * side).map { (row: $0 / side, column: $0 % side) }
            .sorted { ($0.row + $0.column, $0.row) < ($1.row + $1.column, $1.row) }.prefix(waveCount)
        var filters: [Float] = []
        for direction in Self.colourDirections {
            for wave in waves {
                for channel in 0..<3 {
                    for y in 0..<side {
                        for x in 0..<side {
                            let value =
                                cosine(wave.row, y, of: side) * cosine(wave.column, x, of: side)
                                * direction[channel]
                            filters.append(Float(value))
                        }
                    }
                }
            }
        }
        let bank = Tensor(filters, shape: [vision.width, vision.patchLength])
        let responses = Tensor(
            patches, shape: [patches.count / vision.patchLength, vision.patchLength]
        ).linear(bank)  // [patch, filter]
        let centred = responses - responses.mean(dims: [0], keepDims: true)
        let deviations = (centred * centred).mean(dims: [0]).sqrt().maximum(1e-3)  // [filter]
        let scaled = (bank / deviations.unsqueezed(1)).reshape([vision.width, 3, 1, side, side])
        let perFrame = scaled / Double(vision.temporalPatchSize)
        model.vision.patchEmbedding.weight.copy_(perFrame)
    }

    private func cosine(_ frequency: Int, _ position: Int, of count: Int) -> Double {
        cos(.pi * Double(frequency) * (Double(position) + 0.5) / Double(count))
    }

    // MARK: Counting

    /// Sets number embeddings to smooth functions of the value, so that learning generalizes to neighbouring numbers.
    private mutating func setNumbers() {
        let width = model.configuration.text.width
        let periodCount = 32
        let (shortest, longest) = (6.0, 400.0)
        let directions = (0..<2 * periodCount * width).map { _ in random.normal() }
        let table = model.text.embedding.weight
        for number in 0...999 {
            let ids = tokenizer.encode("\(number)")
            guard ids.count == 1 else { continue }
            var smooth = [Double](repeating: 0, count: width)
            for period in 0..<periodCount {
                let length = shortest * pow(longest / shortest, Double(period) / Double(periodCount - 1))
                let angle = 2 * .pi * Double(number) / length
                for feature in 0..<width {
                    let offset = 2 * period * width + feature
                    smooth[feature] +=
                        cos(angle) * directions[offset] + sin(angle) * directions[offset + width]
                }
            }
            let row = smooth.map { value in
                let mixed = 0.9 * value / Double(periodCount).squareRoot() + 0.3 * random.normal()
                return Float(Self.embeddingDeviation * mixed)
            }
            table.select(0, Int(ids[0])).copy_(Tensor(row))
        }
    }

    // MARK: Placing

    /// Heads 0 and 1 of the first layer attend to `<|vision_start|>`, with less weight the further down or to the right an image
    /// token is: the token's position is in the residual stream from the first step on.
    ///
    /// Keys in their rotary sections match the embedding of `<|vision_start|>`; query biases make the score a function of the
    /// distance along the axis of each section.
    private func setPositionHeads() {
        let text = model.configuration.text
        let (width, half) = (text.headWidth, text.headWidth / 2)
        let layer = model.text.layers[0].attention.queryKeyValue
        guard let bias = layer.bias, text.rotarySections.count == 3 else { return }
        let start = model.text.embedding.weight.select(0, Int(model.configuration.tokens.visionStart))
        let norm = (start * start).sum().sqrt()
        // After the layer's norm, the embedding has length √width; its key is scaled to the strength below.
        let recognizer = start / norm * (Self.keyStrength / Double(text.width).squareRoot())
        let firstKey = text.headCount * width
        for pair in 0..<half {
            layer.weight.select(0, firstKey + pair).copy_(recognizer)
            layer.weight.select(0, firstKey + half + pair).zero_()
        }
        let ends = [text.rotarySections[0], text.rotarySections[0] + text.rotarySections[1], half]
        for (head, axis) in [(0, 1), (1, 2)] {
            for pair in 0..<half {
                let frequency = pow(text.rotaryBase, -Double(pair) / Double(half))
                let (strength, phase): (Double, Double)
                if pair < ends[0] {
                    (strength, phase) = (Self.presenceStrength, -frequency)
                } else if (ends[axis - 1]..<ends[axis]).contains(pair) {
                    (strength, phase) = (Self.positionStrength[head], .pi / 2 - frequency * Self.middle)
                } else {
                    (strength, phase) = (0, 0)
                }
                let row = head * width + pair
                for (offset, value) in [(0, cos(phase)), (half, sin(phase))] {
                    bias.select(0, row + offset).fill_(strength * value)
                    layer.weight.select(0, row + offset).zero_()
                }
            }
        }
    }

    /// Length of each feature pair in the key of `<|vision_start|>`.
    private static let keyStrength = 2.0
    /// Raises the score of `<|vision_start|>` to that of all other tokens together.
    private static let presenceStrength = 2.6
    /// Slopes along rows and columns; the frequencies along columns are lower.
    private static let positionStrength = [1.8, 4.0]
    /// Distance from `<|vision_start|>` at which the score is in the middle of its range.
    private static let middle = 2.5
}
