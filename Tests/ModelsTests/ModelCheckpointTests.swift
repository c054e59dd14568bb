import CounterRandom
import Foundation
import Models
import TestFixtures
import TestSupport
import Testing
import Torch

@Suite struct ModelCheckpointTests {
    private let model: Qwen25VL
    private func load(_ url: URL) throws -> Qwen25VL {
        try #require(try ModelDirectory(url).loadModel() as? Qwen25VL)
    }

    private let companions = CheckpointCompanions(
        generation: GenerationConfiguration(eosTokens: [304, 7], bosToken: 303, padToken: 5),
        processor: ProcessorConfiguration(minimumPixels: 12544, maximumPixels: 12544), tokenizer: [:])

    init() throws { model = try ModelGoldens.model() }

    private func expectSameWeights(
        _ left: Qwen25VL, _ right: Qwen25VL, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(left.parameters.map(\.name) == right.parameters.map(\.name), sourceLocation: sourceLocation)
        for (first, second) in zip(left.parameters, right.parameters) {
            expectClose(
                first.tensor, second.tensor, absolute: 0, relative: 0, first.name,
                sourceLocation: sourceLocation)
        }
    }

    /// Writes the golden model's tensors in a spelling, changed by `change`, and loads them.
    private func load(
        _ spelling: WeightSpelling = .hub, changing change: (inout [NamedTensor]) -> Void
    ) throws -> Qwen25VL {
        try TemporaryFolder.with { folder in
            var tensors = model.checkpointWeights(spelling).map { (name: $0.name, tensor: $0.value) }
            change(&tensors)
            try SafetensorsWriter.write(tensors, to: folder.appending(path: "model.safetensors"))
            return try model.configuration.loadModel(weightsIn: folder)
        }
    }

    private func expectRefusal(
        naming parts: String..., changing change: (inout [NamedTensor]) -> Void,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let error = #expect(throws: (any Error).self, sourceLocation: sourceLocation) {
            try load(changing: change)
        }
        let text = error.map { "\($0)" } ?? ""
        for part in parts { #expect(text.contains(part), "\(text)", sourceLocation: sourceLocation) }
    }

    // MARK: Precision

    /// A checkpoint in bf16, loaded in each precision, against the same numbers in fp32.
    @Test func aPrecisionChangesOnlyTheRounding() throws {
        try TemporaryFolder.with { folder in
            let saved = folder.appending(path: "model")
            try model.save(to: saved, companions: companions, dtype: .bfloat16)
            func load(_ precision: Precision) throws -> Qwen25VL {
                let loaded = try ModelDirectory(saved).loadModel(
                    storage: ParameterStorage(precision: precision))
                return try #require(loaded as? Qwen25VL)
            }
            let (batch, _) = try ModelGoldens.conversation()
            func logits(_ model: Qwen25VL) -> Tensor {
                withoutGradient { model.logits(model.hiddenStates(of: batch)) }
            }
            let expected = logits(try load(.fp32))
            let halved = try load(.bf16)
            expectClose(logits(halved), expected, absolute: 1e-4, relative: 0)
            #expect(halved.text.layers[0].attention.queryKeyValue.blocks.count == 3)
            #expect(halved.head.dtype == .bfloat16)
            #expect(halved.text.norm.weight.dtype == .float32)
            let eight = try load(.int8)
            #expect(eight.head.dtype == .int8)
            // A weight is off by at most 1/254 of the largest of its group.
            let difference = logits(eight) - expected
            let size = (expected * expected).mean().item().squareRoot()
            #expect((difference * difference).mean().item().squareRoot() < 0.03 * size)
        }
    }

    @Test func bf16IsWrittenAsItWasRead() throws {
        try TemporaryFolder.with { folder in
            let (first, second) = (folder.appending(path: "first"), folder.appending(path: "second"))
            try model.save(to: first, companions: companions, dtype: .bfloat16)
            let loaded = try ModelDirectory(first).loadModel(storage: ParameterStorage(precision: .bf16))
            try loaded.save(to: second, companions: companions)
            let (before, after) = (try SafetensorsIndex(first), try SafetensorsIndex(second))
            #expect(before.names == after.names)
            for name in before.names {
                let written = try after.tensor(name)
                #expect(written.dtype == .bfloat16)
                expectClose(written, try before.tensor(name), absolute: 0, relative: 0, name)
            }
        }
    }

    @Test func int8IsWrittenWithItsScalesAndReadAgain() throws {
        try TemporaryFolder.with { folder in
            let (first, second) = (folder.appending(path: "first"), folder.appending(path: "second"))
            try model.save(to: first, companions: companions, dtype: .bfloat16)
            let storage = ParameterStorage(precision: .int8)
            let quantized = try ModelDirectory(first).loadModel(storage: storage)
            try quantized.save(to: second, companions: companions)
            let loaded = try ModelDirectory(second).loadModel(storage: storage)
            #expect(loaded.parameters.map(\.name) == quantized.parameters.map(\.name))
            for (left, right) in zip(loaded.parameters, quantized.parameters) {
                expectClose(left.tensor, right.tensor, absolute: 0, relative: 0, left.name)
            }
            let error = #expect(throws: CheckpointError.self) { try ModelDirectory(second).loadModel() }
            #expect(error?.problem.contains("--precision int8") == true)
        }
    }

    // MARK: Loading

    @Test(arguments: Qwen25VL.spellings)
    func bothSpellingsLoad(spelling: WeightSpelling) throws {
        expectSameWeights(try load(spelling) { _ in }, model)
    }

    @Test func theNamesAreThoseOfTheReference() throws {
        let names = model.checkpointWeights(.hub).map { "gradient.\($0.name)" }
        #expect(try Goldens("model").names("gradient") == names.sorted())
        let nested = Set(model.checkpointWeights(.nested).map(\.name))
        #expect(nested.contains("model.language_model.layers.3.self_attn.k_proj.bias"))
        #expect(nested.contains("model.visual.blocks.0.attn.qkv.weight"))
    }

    @Test func aMissingTensorIsNamed() {
        expectRefusal(naming: "model.layers.1.mlp.up_proj.weight") {
            $0.removeAll { $0.name == "model.layers.1.mlp.up_proj.weight" }
        }
    }

    @Test func aLeftOverTensorIsNamed() {
        expectRefusal(naming: "model.layers.4.mlp.up_proj.weight") {
            $0.append((name: "model.layers.4.mlp.up_proj.weight", tensor: .zeros([2])))
        }
    }

    @Test func aTensorOfAnotherShapeIsNamedWithBothShapesAndItsFile() {
        expectRefusal(naming: "model.norm.weight", "[81]", "[80]", "model.safetensors") {
            $0.removeAll { $0.name == "model.norm.weight" }
            $0.append((name: "model.norm.weight", tensor: .zeros([81])))
        }
    }

    @Test func aLanguageModelAloneIsToldApart() {
        expectRefusal(naming: "no vision weights") { $0.removeAll { $0.name.hasPrefix("visual.") } }
    }

    @Test func aTiedHeadMayBeStoredButNotDiffer() throws {
        let embedding = model.text.embedding.weight
        expectSameWeights(try load { $0.append((name: "lm_head.weight", tensor: embedding)) }, model)
        expectRefusal(naming: "lm_head.weight", "tie_word_embeddings") {
            $0.append((name: "lm_head.weight", tensor: embedding + 1))
        }
    }

    @Test func weightsAreConvertedToTheTypeAskedFor() throws {
        try TemporaryFolder.with { folder in
            let saved = folder.appending(path: "saved")
            try model.save(to: saved, companions: companions, dtype: .bfloat16)
            let files = try SafetensorsIndex(saved)
            #expect(try files.tensor("model.norm.weight").dtype == .bfloat16)
            let loaded = try load(saved)
            #expect(loaded.head.dtype == .float32)
            let expected = model.text.norm.weight.to(.bfloat16).to(.float32)
            expectClose(loaded.text.norm.weight, expected, absolute: 0, relative: 0)
        }
    }

    // MARK: Saving

    @Test(arguments: [true, false])
    func whatIsSavedLoadsAsTheSameModel(tied: Bool) throws {
        let model = try ModelGoldens.model(tied: tied)
        try TemporaryFolder.with { folder in
            let saved = folder.appending(path: "saved")
            try model.save(to: saved, companions: companions)
            let directory = try ModelDirectory(saved)
            #expect(directory.configuration as? Qwen25VLConfiguration == model.configuration)
            #expect(directory.generation == companions.generation)
            #expect(directory.processor == companions.processor)
            #expect(try SafetensorsIndex(saved).contains("lm_head.weight") == !tied)
            expectSameWeights(try load(saved), model)
        }
    }

    @Test func largeModelsAreSavedInShards() throws {
        try TemporaryFolder.with { folder in
            let saved = folder.appending(path: "saved")
            try model.save(to: saved, companions: companions, maximumShardBytes: 500_000)
            let shards = try FileManager.default.contentsOfDirectory(atPath: saved.path)
                .filter { $0.hasSuffix(".safetensors") }.sorted()
            #expect(shards.count > 2)
            #expect(shards.first == "model-00001-of-0000\(shards.count).safetensors")
            expectSameWeights(try load(saved), model)
        }
    }

    @Test func tokenizerFilesAndAdditionsAreWritten() throws {
        try TemporaryFolder.with { folder in
            var companions = companions
            companions.tokenizer = ["tokenizer.json": Data("vocabulary".utf8)]
            let saved = folder.appending(path: "saved")
            try model.save(to: saved, companions: companions) { partial in
                #expect(!FileManager.default.fileExists(atPath: saved.path))
                try "state".write(to: partial.appending(path: "state"), atomically: true, encoding: .utf8)
            }
            for (name, text) in [("tokenizer.json", "vocabulary"), ("state", "state")] {
                #expect(try String(contentsOf: saved.appending(path: name), encoding: .utf8) == text)
            }
        }
    }

    @Test func aSaveThatFailsLeavesNothingBehind() throws {
        struct Failure: Error {}
        try TemporaryFolder.with { folder in
            #expect(throws: Failure.self) {
                try model.save(to: folder.appending(path: "saved"), companions: companions) { _ in
                    throw Failure()
                }
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(left.isEmpty)
        }
    }

    @Test func anExistingDirectoryIsNotOverwritten() throws {
        try TemporaryFolder.with { folder in
            let error = #expect(throws: CheckpointError.self) {
                try model.save(to: folder, companions: companions)
            }
            #expect(error?.path == folder.path)
        }
    }

    @Test func aProcessorThatCutsOtherPatchesThanTheModelIsRefused() throws {
        try TemporaryFolder.with { folder in
            var companions = companions
            companions.processor.patchSize = 16
            let saved = folder.appending(path: "saved")
            try model.save(to: saved, companions: companions)
            #expect(throws: ModelFileError.self) { try ModelDirectory(saved) }
        }
    }

    // MARK: Initialization

    @Test func freshWeightsFollowTheSeed() throws {
        let configuration = model.configuration
        let first = Qwen25VL(configuration, random: .init(seed: 1))
        expectSameWeights(first, Qwen25VL(configuration, random: .init(seed: 1)))
        let other = Qwen25VL(configuration, random: .init(seed: 2)).text.embedding.weight
        #expect((first.text.embedding.weight - other).values(as: Float.self).contains { $0 > 0.01 })
    }

    @Test func freshWeightsHaveTheRangeOfTheConfiguration() throws {
        let weights = Qwen25VL(model.configuration, random: .init(seed: 3)).checkpointWeights(.hub)
        for weight in weights {
            let values = weight.value.values(as: Double.self)
            let meanSquare = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
            switch weight.role {
            case .norm: #expect(values.allSatisfy { $0 == 1 }, "\(weight.name)")
            case .bias: #expect(values.allSatisfy { $0 == 0 }, "\(weight.name)")
            case .matrix: #expect(abs(meanSquare.squareRoot() - 0.02) < 0.002, "\(weight.name)")
            }
        }
    }
}
