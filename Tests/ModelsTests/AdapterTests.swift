import CounterRandom
import Foundation
import Models
import TestFixtures
import TestSupport
import Testing
import Torch

/// Low-rank additions and their folders.
@Suite struct AdapterTests {
    private let companions = CheckpointCompanions(
        generation: GenerationConfiguration(eosTokens: [304, 7], bosToken: 303, padToken: 5),
        processor: ProcessorConfiguration(minimumPixels: 12544, maximumPixels: 12544), tokenizer: [:])
    private let plan = LowRankPlan(
        rank: 3, alpha: 6, targets: [ModulePattern("model.layers.*.q_proj"), ModulePattern("*.down_proj")])

    private func separate(_ url: URL, _ precision: Precision = .fp32) throws -> Qwen25VL {
        let storage = ParameterStorage(precision: precision, isSeparate: true)
        return try #require(try ModelDirectory(url).loadModel(storage: storage) as? Qwen25VL)
    }

    private func logits(_ model: any VisionLanguageModel) throws -> Tensor {
        let (batch, _) = try ModelGoldens.conversation()
        return withoutGradient { model.logits(model.hiddenStates(of: batch)) }
    }

    /// Gives every addition values, as training would.
    private func train(_ model: Qwen25VL) {
        var random = CounterRandom(seed: 4)
        withoutGradient {
            for weight in model.checkpointWeights(.hub) {
                guard let lowRank = weight.lowRank else { continue }
                lowRank.up.copy_(.normal(lowRank.up.shape, standardDeviation: 0.1, using: &random))
            }
        }
    }

    private func withBase(_ body: (URL, URL) throws -> Void) throws {
        try TemporaryFolder.with { folder in
            let base = folder.appending(path: "base")
            try ModelGoldens.model().save(to: base, companions: companions)
            try body(base, folder.appending(path: "adapter"))
        }
    }

    @Test func anAdditionStartsAtNothingAndTakesTheProductsThatItNames() throws {
        try withBase { base, _ in
            let model = try separate(base)
            let before = try logits(model)
            try model.addLowRank(plan, random: CounterRandom(seed: 1))
            expectClose(try logits(model), before, absolute: 0, relative: 0)
            let adapted = model.checkpointWeights(.hub).filter { $0.lowRank != nil }.map(\.module)
            let layers = model.text.layers.indices
            #expect(adapted.contains("visual.blocks.0.mlp.down_proj"))
            #expect(layers.allSatisfy { adapted.contains("model.layers.\($0).self_attn.q_proj") })
            #expect(adapted.allSatisfy { $0.hasSuffix("q_proj") || $0.hasSuffix("down_proj") })
            #expect(model.trainedParameters().count == 2 * adapted.count)
            #expect(throws: AdapterError.self) {
                try model.addLowRank(
                    LowRankPlan(rank: 1, alpha: 1, targets: [ModulePattern("q_proj")]),
                    random: CounterRandom(seed: 1))
            }
        }
    }

    /// Against the same model whose weights hold the sum.
    @Test(arguments: Precision.allCases)
    func unmergedEqualsMerged(precision: Precision) throws {
        try withBase { base, _ in
            let model = try separate(base, precision)
            try model.addLowRank(plan, random: CounterRandom(seed: 1))
            train(model)
            let unmerged = try logits(model)
            let twin = model.sharingWeights()
            for (own, other) in zip(twin.parameters, model.parameters) { own.tensor.share_(other.tensor) }
            expectClose(try logits(twin), unmerged, absolute: 0, relative: 0)
            guard precision == .fp32 else { return }
            model.mergeLowRank()
            #expect(!model.hasLowRank)
            expectClose(try logits(model), unmerged, absolute: 1e-4, relative: 0)
        }
    }

    @Test func gradientsReachTheAdditionsAndNothingElse() throws {
        try withBase { base, _ in
            let model = try separate(base, .bf16)
            try model.addLowRank(plan, random: CounterRandom(seed: 1))
            train(model)
            for parameter in model.trainedParameters() { parameter.tensor.requiresGrad = true }
            let (batch, _) = try ModelGoldens.conversation()
            let hidden = model.hiddenStates(of: batch)
            (hidden * hidden).sum().backward()
            let trained = Set(model.trainedParameters().map(\.name))
            for parameter in model.parameters {
                #expect(
                    (parameter.tensor.grad != nil) == trained.contains(parameter.name), "\(parameter.name)")
            }
            // By differences, for the number of a matrix of the first layer that the loss depends on most.
            let lowRank = try #require(model.text.layers[0].attention.queryKeyValue.blocks[0].lowRank)
            let gradients = try #require(lowRank.up.grad).values(as: Double.self)
            let steepest = try #require(gradients.indices.max { abs(gradients[$0]) < abs(gradients[$1]) })
            let element = lowRank.up.reshape([-1]).select(0, steepest)
            func loss(adding change: Float) -> Double {
                withoutGradient {
                    element.add_(Tensor([change]).select(0, 0))
                    let hidden = model.hiddenStates(of: batch)
                    return (hidden * hidden).sum().item()
                }
            }
            let (above, below) = (loss(adding: 0.01), loss(adding: -0.02))
            let gradient = gradients[steepest]
            #expect(abs((above - below) / 0.02 - gradient) < 0.05 * abs(gradient))
        }
    }

    @Test func anAdapterIsWrittenAndFoundWithItsBase() throws {
        try withBase { base, adapter in
            let model = try separate(base)
            try model.addLowRank(plan, random: CounterRandom(seed: 1))
            train(model)
            try FileManager.default.createDirectory(at: adapter, withIntermediateDirectories: true)
            try AdapterFolder.write(model, base: base, into: adapter)
            let directory = try ModelDirectory(adapter)
            #expect(directory.url.standardizedFileURL.path == base.standardizedFileURL.path)
            expectClose(try logits(directory.loadModel()), try logits(model), absolute: 0, relative: 0)
            let names = try SafetensorsFile(adapter.appending(path: "adapter_model.safetensors")).names
            #expect(
                names.contains(
                    "base_model.model.model.language_model.layers.0.self_attn.q_proj.lora_A.weight"))
            try FileManager.default.removeItem(at: base)
            let error = #expect(throws: ModelFileError.self) { try ModelDirectory(adapter) }
            #expect(error?.problem.contains("base_model_name_or_path") == true)
        }
    }

    @Test func whatAnAdapterOfOthersMayNotHaveIsNamed() throws {
        try withBase { base, adapter in
            try FileManager.default.createDirectory(at: adapter, withIntermediateDirectories: true)
            for (key, value) in [("use_dora", "true"), ("bias", "\"all\""), ("alpha_pattern", "{\"a\": 2}")] {
                let json = """
                    {"peft_type": "LORA", "base_model_name_or_path": "\(base.path)", "r": 2, "\(key)": \(value)}
                    """
                try Data(json.utf8).write(to: adapter.appending(path: "adapter_config.json"))
                let error = #expect(throws: ModelFileError.self) { try ModelDirectory(adapter) }
                #expect(error?.problem.contains(key.prefix(4)) == true, "\(error?.problem ?? "")")
            }
        }
    }

    @Test func aFrozenModuleIsNotTrained() throws {
        try withBase { base, _ in
            let model = try separate(base)
            let trained = model.trainedParameters(freezing: [ModulePattern("visual.*")]).map(\.name)
            #expect(!trained.isEmpty && !trained.contains { $0.hasPrefix("vision.") })
            #expect(
                trained.count
                    == model.parameters.count { $0.name.hasPrefix("text.") || $0.name.hasPrefix("head") })
        }
    }
}
