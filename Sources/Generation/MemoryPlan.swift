package import Models
package import Runs
import Torch

/// A division of the memory budget for generation, made before any memory is allocated: weights, workspace of a forward
/// pass, and key-value cache. The cache gets the remaining budget.
package struct MemoryPlan: Hashable, Sendable {
    /// The memory to divide.
    package enum Budget: Hashable, Sendable {
        /// Memory of the whole process.
        case total(ByteCount)
        /// A fraction of the machine's available memory, which does not include loaded weights.
        case fraction(Double)
        /// The given fraction of all memory of the machine, whatever it has left: the same number at every start, for runs whose
        /// results depend on it.
        case fractionOfMachine(Double)

        /// The budget in bytes; nil if the system does not report its available memory.
        var bytes: Int? {
            switch self {
            case .total(let count): count.bytes
            case .fraction(let fraction): ProcessMemory.available.map { Int(Double($0) * fraction) }
            case .fractionOfMachine(let fraction): ProcessMemory.machine.map { Int(Double($0) * fraction) }
            }
        }
    }

    package let budget: Int
    package let weights: Int
    /// Memory of code, tokenizer, buffers and decoded images.
    package let process: Int
    /// Peak memory of one forward pass of each worker, summed over workers.
    package let workspace: Int
    /// Cache pages of each worker.
    package let pagesPerWorker: Int
    /// Cache memory, summed over workers.
    package let cache: Int

    /// Minimum capacity of a worker's cache in tokens.
    package static let minimumTokenCount = 2048
    /// Half of it is for decoded images (`DecodedRegionCache`).
    private static let processBytes = 512 << 20

    /// - Parameters:
    ///   - parameterCount: the number of elements of the weights.
    ///   - shape: the model's shape.
    ///   - imageTokens: the maximum number of tokens of an image.
    ///   - precision: of the weights; cache and computation are in fp32.
    ///   - copies: the number of copies of the weights still to be allocated: 1 to generate, 4 to train with gradients and
    ///     two moments, 0 if the weights are in memory already. The activations of a backward pass are not counted.
    ///   - workers: the number of engines over the same weights, each with its own cache.
    ///   - limits: limits of each worker; its number of pages is an upper bound.
    ///   - budget: the memory to divide.
    /// - Throws: ``MemoryPlanError`` if the model does not fit.
    package init(
        parameterCount: Int, shape: ModelShape, imageTokens: Int, precision: Precision = .fp32,
        copies: Int = 1,
        workers: Int, limits: GenerationLimits, budget: Budget
    ) throws(MemoryPlanError) {
        let width = DType.float32.byteCount
        weights = precision.byteCount(ofParameters: parameterCount) * copies
        process = Self.processBytes
        // An image is never split: one may begin with the last token that a pass has left.
        let prompt = limits.prefillTokens + imageTokens
        let tokens = prompt + limits.sequences
        let patches = prompt * shape.mergeSize * shape.mergeSize
        // Logits, their copy in fp32, and the buffer that sampling sorts.
        let logits = limits.sequences * shape.vocabularySize * 3
        let pass = max(tokens * shape.valuesPerToken + logits, patches * shape.valuesPerPatch)
        workspace = pass * width * workers
        let pageBytes =
            limits.pageSize * shape.layerCount * 2 * shape.keyValueHeadCount * shape.headWidth * width
        let context = min(shape.maximumPositionCount, limits.contextLength ?? .max)
        let maximumPages = limits.maximumPageCount(context: context)
        let minimumPages = min(
            maximumPages, limits.pageCount(forTokens: min(context, Self.minimumTokenCount)))
        let minimumCache = minimumPages * pageBytes * workers
        guard let total = budget.bytes else {
            self.budget = weights + process + workspace + maximumPages * pageBytes * workers
            pagesPerWorker = maximumPages
            cache = maximumPages * pageBytes * workers
            return
        }
        self.budget = total
        let left = total - weights - process - workspace
        guard left >= minimumCache else {
            throw MemoryPlanError(
                budget: total, isGiven: budget.isTotal, weights: weights, workspace: workspace,
                process: process, minimumCache: minimumCache, precision: precision)
        }
        pagesPerWorker = min(maximumPages, left / (pageBytes * workers))
        cache = pagesPerWorker * pageBytes * workers
    }
}

extension MemoryPlan.Budget {
    fileprivate var isTotal: Bool {
        if case .total = self { true } else { false }
    }

    /// Whether weights that are in memory already are part of it.
    var includesHeldWeights: Bool {
        if case .fraction = self { false } else { true }
    }
}

extension MemoryPlan: CustomStringConvertible {
    package var description: String {
        "\(ByteCount(budget)): weights \(ByteCount(weights)), forward pass \(ByteCount(workspace)), "
            + "process \(ByteCount(process)), cache \(ByteCount(cache))"
    }
}

/// A model that does not fit into the memory budget.
package struct MemoryPlanError: Error, Hashable, CustomStringConvertible {
    package let budget: Int
    /// Whether the user set the budget; otherwise it is derived from the machine's memory.
    package let isGiven: Bool
    package let weights: Int
    package let workspace: Int
    package let process: Int
    /// Minimum size of the cache, summed over workers.
    package let minimumCache: Int

    package var needed: Int { weights + workspace + process + minimumCache }

    /// The precision of the weights.
    package let precision: Precision

    private var remedy: String {
        let smaller: [Precision: String] = [.fp32: "bf16 or int8", .bf16: "int8"]
        return (isGiven ? "Raise the budget" : "Free memory")
            + (smaller[precision].map { ", hold the weights in \($0) (to train, with lora)" } ?? "")
            + ", lower max_pixels in preprocessor_config.json, or take a smaller model"
    }

    package var description: String {
        let available = isGiven ? "the budget is" : "the memory available to it is"
        return "the model needs \(ByteCount(needed)), but \(available) \(ByteCount(budget)): "
            + "weights \(ByteCount(weights)), forward pass \(ByteCount(workspace)), "
            + "cache of at least \(ByteCount(minimumCache)), process \(ByteCount(process)). \(remedy)"
    }
}
