package import Models
package import Runs
package import Torch

/// How the memory of a model that generates is divided, before any of it is taken: weights, what a forward pass holds,
/// and the cache of keys and values, which gets what is left of the budget.
package struct MemoryPlan: Hashable, Sendable {
    /// How much there is to divide.
    package enum Budget: Hashable, Sendable {
        /// All of it, the process included.
        case total(ByteCount)
        /// The given fraction of what the machine has left; weights that are in memory already are not part of it.
        case fraction(Double)
        /// The given fraction of all memory of the machine, whatever it has left: the same number at every start, for runs whose
        /// results depend on it.
        case fractionOfMachine(Double)

        /// In bytes; nil where the system does not say what it has left.
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
    /// Beside the model: code, tokenizer, buffers, decoded images.
    package let process: Int
    /// What one forward pass of each worker holds at most.
    package let workspace: Int
    /// Cache pages of each worker.
    package let pagesPerWorker: Int
    /// Bytes of the cache, all workers together.
    package let cache: Int

    /// Room for this many tokens is the least that a worker's cache is useful with.
    package static let leastTokens = 2048
    /// Code, tokenizer and buffers, and decoded images (`DecodedRegionCache`).
    private static let processBytes = 512 << 20

    /// - Parameters:
    ///   - parameterCount: elements of the weights.
    ///   - shape: of the model.
    ///   - imageTokens: most tokens of an image.
    ///   - dtype: of weights, cache and computation.
    ///   - copies: how many times the weights are still to be held: 1 to generate, 4 to train with gradients and two moments (the
    ///     activations of a backward pass are not counted);
    ///     0 if they are in memory already.
    ///   - workers: engines over the same weights, each with a cache of its own.
    ///   - limits: of each worker; its pages are an upper bound.
    ///   - budget: what there is to divide.
    /// - Throws: ``MemoryPlanError`` if the model does not fit.
    package init(
        parameterCount: Int, shape: ModelShape, imageTokens: Int, dtype: DType = .float32, copies: Int = 1,
        workers: Int, limits: GenerationLimits, budget: Budget
    ) throws(MemoryPlanError) {
        let width = dtype.byteCount
        weights = parameterCount * width * copies
        process = Self.processBytes
        // An image is never split: one may begin with the last token that a pass has left.
        let prompt = limits.prefillTokens + imageTokens
        let tokens = prompt + limits.sequences
        let patches = prompt * shape.mergeSize * shape.mergeSize
        // Logits, their copy in fp32, and what sampling sorts.
        let logits = limits.sequences * shape.vocabularySize * 3
        let pass = max(tokens * shape.valuesPerToken + logits, patches * shape.valuesPerPatch)
        workspace = pass * width * workers
        let pageBytes =
            limits.pageSize * shape.layerCount * 2 * shape.keyValueHeadCount * shape.headWidth * width
        let context = min(shape.maximumPositionCount, limits.contextLength ?? .max)
        let mostPages = limits.mostPages(context: context)
        let leastPages = min(mostPages, limits.pageCount(forTokens: min(context, Self.leastTokens)))
        let least = leastPages * pageBytes * workers
        guard let total = budget.bytes else {
            self.budget = weights + process + workspace + mostPages * pageBytes * workers
            pagesPerWorker = mostPages
            cache = mostPages * pageBytes * workers
            return
        }
        self.budget = total
        let left = total - weights - process - workspace
        guard left >= least else {
            throw MemoryPlanError(
                budget: total, isGiven: budget.isTotal, weights: weights, workspace: workspace,
                process: process, leastCache: least)
        }
        pagesPerWorker = min(mostPages, left / (pageBytes * workers))
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

/// A model that does not fit into its memory, with the numbers.
package struct MemoryPlanError: Error, Hashable, CustomStringConvertible {
    package let budget: Int
    /// Whether `--memory` gave the budget; else it is what the machine has.
    package let isGiven: Bool
    package let weights: Int
    package let workspace: Int
    package let process: Int
    /// The smallest cache that is useful.
    package let leastCache: Int

    package var needed: Int { weights + workspace + process + leastCache }

    private var remedy: String {
        (isGiven ? "Raise the budget" : "Free memory")
            + ", lower max_pixels in preprocessor_config.json, or take a smaller model"
    }

    package var description: String {
        let room = isGiven ? "the budget is" : "this machine has"
        return "the model needs \(ByteCount(needed)) and \(room) \(ByteCount(budget)): "
            + "weights \(ByteCount(weights)), forward pass \(ByteCount(workspace)), "
            + "cache of at least \(ByteCount(leastCache)), process \(ByteCount(process)). \(remedy)"
    }
}
