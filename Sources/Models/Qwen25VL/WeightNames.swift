import Torch

extension WeightSpelling {
    /// `visual.*`, `model.layers.*`, `lm_head.weight`: names in the released models, in vLLM, and in checkpoints that are
    /// written here.
    package static let hub = WeightSpelling(visionPrefix: "visual", textPrefix: "model")
    /// `model.visual.*`, `model.language_model.layers.*`, `lm_head.weight`: module names of transformers 5.
    package static let nested = WeightSpelling(
        visionPrefix: "model.visual", textPrefix: "model.language_model")
}

extension Qwen25VL {
    package static let spellings: [WeightSpelling] = [.hub, .nested]

    package func checkpointWeights(_ spelling: WeightSpelling) -> [CheckpointWeight] {
        var names = WeightNames(part: .vision)
        let visual = spelling.visionPrefix
        names.add("\(visual).patch_embed.proj.weight", vision.patchEmbedding.weight, .matrix)
        for (index, block) in vision.blocks.enumerated() { names.add("\(visual).blocks.\(index)", block) }
        names.add("\(visual).merger.ln_q", vision.merger.norm)
        names.add("\(visual).merger.mlp.0", vision.merger.hidden)
        names.add("\(visual).merger.mlp.2", vision.merger.output)

        names.part = .text
        let model = spelling.textPrefix
        names.add("\(model).embed_tokens", text.embedding.table)
        for (index, layer) in text.layers.enumerated() {
            names.add("\(model).layers.\(index)", layer, text.configuration)
        }
        names.add("\(model).norm", text.norm)
        if let untiedHead { names.add(WeightSpelling.headModule, untiedHead.blocks[0]) }
        return names.weights
    }
}

/// Collects the tensors of a checkpoint; the only code with the checkpoint's module names.
private struct WeightNames {
    var part: CheckpointWeight.Part
    var weights: [CheckpointWeight] = []

    mutating func add(
        _ name: String, _ parameter: Tensor, _ role: CheckpointWeight.Role, rows: Range<Int>? = nil
    ) {
        weights.append(
            CheckpointWeight(name: name, part: part, role: role, parameter: parameter, rows: rows))
    }

    mutating func add(
        _ module: String, _ weight: Weight, of product: (linear: Linear, block: Int)? = nil,
        rows: Range<Int>? = nil
    ) {
        weights.append(
            CheckpointWeight(
                name: "\(module).weight", part: part, role: .matrix, parameter: weight.values,
                scales: weight.scales, product: product, rows: rows))
    }

    mutating func add(_ module: String, _ norm: RMSNorm) { add("\(module).weight", norm.weight, .norm) }

    mutating func add(_ module: String, _ linear: Linear) {
        add(module, linear.blocks[0], of: (linear, 0))
        if let bias = linear.bias { add("\(module).bias", bias, .bias) }
    }

    /// Adds a projection whose rows are several modules in the checkpoint: one block for each, or one for all.
    mutating func add(_ linear: Linear, as modules: [(name: String, rowCount: Int)]) {
        var start = 0
        for (index, (module, count)) in modules.enumerated() {
            let rows = start..<start + count
            if linear.blocks.count == modules.count {
                add(module, linear.blocks[index], of: (linear, index))
            } else {
                add(module, linear.blocks[0], rows: rows)
            }
            if let bias = linear.bias { add("\(module).bias", bias, .bias, rows: rows) }
            start += count
        }
    }

    mutating func add(_ module: String, _ feedForward: FeedForward) {
        let rowCount = feedForward.gateAndUp.outputWidth / 2
        add(feedForward.gateAndUp, as: [("\(module).gate_proj", rowCount), ("\(module).up_proj", rowCount)])
        add("\(module).down_proj", feedForward.down)
    }

    mutating func add(_ module: String, _ block: VisionBlock) {
        add("\(module).norm1", block.attentionNorm)
        add("\(module).attn.qkv", block.attention.queryKeyValue)
        add("\(module).attn.proj", block.attention.output)
        add("\(module).norm2", block.feedForwardNorm)
        add("\(module).mlp", block.feedForward)
    }

    mutating func add(_ module: String, _ layer: TextLayer, _ text: TextConfiguration) {
        let keyRows = text.keyValueHeadCount * text.headWidth
        add("\(module).input_layernorm", layer.attentionNorm)
        add(
            layer.attention.queryKeyValue,
            as: [
                ("\(module).self_attn.q_proj", text.headCount * text.headWidth),
                ("\(module).self_attn.k_proj", keyRows),
                ("\(module).self_attn.v_proj", keyRows),
            ])
        add("\(module).self_attn.o_proj", layer.attention.output)
        add("\(module).post_attention_layernorm", layer.feedForwardNorm)
        add("\(module).mlp", layer.feedForward)
    }
}
