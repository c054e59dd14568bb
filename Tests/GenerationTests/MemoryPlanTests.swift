import Generation
import Models
import Runs
import TestFixtures
import Testing
import Torch

struct MemoryPlanTests {
    /// Qwen2.5-VL-3B: 3.75 billion parameters with the head tied to the embedding.
    private let shape = ModelShape(
        vocabularySize: 151_936, width: 2048, layerCount: 36, keyValueHeadCount: 2, headWidth: 128,
        maximumPositionCount: 128_000, tiesEmbeddings: true, imageToken: 151_655, patchSize: 14,
        temporalPatchSize: 2, mergeSize: 2, valuesPerToken: 39_168, valuesPerPatch: 15_864)
    private let parameterCount = 3_754_622_976

    private func plan(
        _ memory: String, sequences: Int = 64, workers: Int = 1
    ) throws -> MemoryPlan {
        try MemoryPlan(
            parameterCount: parameterCount, shape: shape, imageTokens: 1280, workers: workers,
            limits: GenerationLimits(sequences: sequences),
            budget: .total(try #require(ByteCount(memory))))
    }

    @Test func theCacheGetsWhatIsLeft() throws {
        let plan = try plan("24G")
        #expect(plan.weights == 4 * parameterCount)
        // A token takes 36 layers x key and value x 2 heads x 128 x 4 bytes.
        let pageBytes = 16 * 36 * 2 * 2 * 128 * 4
        #expect(plan.cache == plan.pagesPerWorker * pageBytes)
        let used = plan.weights + plan.process + plan.workspace + plan.cache
        #expect(used <= 24 << 30)
        #expect(24 << 30 - used < pageBytes)
    }

    @Test func workersShareTheWeightsAndDivideTheRest() throws {
        let (one, two) = (try plan("24G"), try plan("24G", workers: 2))
        #expect(two.weights == one.weights)
        #expect(two.workspace == 2 * one.workspace)
        #expect(two.pagesPerWorker < one.pagesPerWorker / 2)
    }

    @Test func aModelThatDoesNotFitIsRefusedWithNumbers() throws {
        let error = #expect(throws: MemoryPlanError.self) { try plan("2G") }
        let problem = try #require(error).description
        for part in [
            "the budget is 2.0 GiB", "weights 14.0 GiB", "cache of at least 144.0 MiB", "max_pixels",
        ] {
            #expect(problem.contains(part), "\(problem)")
        }
    }

    @Test func noMorePagesAreTakenThanTheSequencesCanUse() throws {
        let directory = try ModelDirectory(ShippedModel.nanoBase)
        let plan = try directory.memoryPlan(
            workers: 1, limits: GenerationLimits(sequences: 4, prefixPages: 10),
            budget: .total(ByteCount(8 << 30)))
        #expect(plan.pagesPerWorker == 4 * 4096 / 16 + 10)
    }

    @Test func parametersAreCountedFromTheHeaders() throws {
        let directory = try ModelDirectory(ShippedModel.nanoBase)
        #expect(try directory.parameterCount() == directory.loadModel().parameterCount)
    }
}
