package import Foundation
package import Models
import Torch

extension ModelDirectory {
    /// The memory plan for generation, computed without reading the weights.
    ///
    /// - Parameters:
    ///   - precision: of the weights.
    ///   - copies: the number of copies of the weights still to be allocated; see `MemoryPlan`.
    ///   - workers: the number of engines over the same weights; nil for the model's default.
    ///   - limits: limits of each worker.
    ///   - budget: the memory to divide.
    /// - Throws: `MemoryPlanError` if the model does not fit, and `SafetensorsError`.
    package func memoryPlan(
        precision: Precision = .fp32, copies: Int = 1, workers: Int? = nil,
        limits: GenerationLimits = GenerationLimits(), budget: MemoryPlan.Budget
    ) throws -> MemoryPlan {
        let parameterCount = try parameterCount()
        return try MemoryPlan(
            parameterCount: parameterCount, shape: configuration.shape,
            imageTokens: processor.maximumTokenCount, precision: precision, copies: copies,
            workers: workers ?? PolicyModel.workerCount(forParameters: parameterCount), limits: limits,
            budget: budget)
    }
}

extension PolicyModel {
    /// The budget of a command that is not given one: a fraction of the machine's available memory.
    package static let defaultBudget = MemoryPlan.Budget.fraction(0.8)

    /// Loads a model after checking that it fits into memory.
    ///
    /// - Parameters:
    ///   - directory: the checkpoint directory.
    ///   - storage: precision and device of the weights; memory is planned for the CPU only.
    ///   - copies: the number of copies of the weights to be allocated: 4 to train, with gradients and two moments.
    ///   - budget: the memory budget.
    /// - Throws: `MemoryPlanError` before any weight is read if the model does not fit, and errors of `PolicyModel.init`.
    package static func fitting(
        _ directory: URL, storage: ParameterStorage = ParameterStorage(), copies: Int = 1,
        budget: MemoryPlan.Budget = PolicyModel.defaultBudget
    ) throws -> PolicyModel {
        if storage.device == .cpu, let directory = try? ModelDirectory(directory) {
            _ = try directory.memoryPlan(
                precision: storage.precision, copies: copies, workers: 1, budget: budget)
        }
        return try PolicyModel(directory: directory, storage: storage)
    }

    /// Engines with these weights that generate in parallel.
    ///
    /// - Parameters:
    ///   - count: the number of engines.
    ///   - limits: limits of each engine; if `pages` is nil, it follows from the remaining budget.
    ///   - copies: the number of copies of the weights still to be allocated: 3 to train, for gradients and two moments. The
    ///     activations of a backward pass are not counted.
    ///   - budget: the memory budget; a total includes the weights that are already in memory.
    /// - Throws: `MemoryPlanError` if the caches do not fit.
    package func workers(
        _ count: Int = 1, limits: GenerationLimits = GenerationLimits(), copies: Int = 0,
        budget: MemoryPlan.Budget = PolicyModel.defaultBudget
    ) throws -> InProcessEngine {
        var limits = limits
        if limits.pages == nil, model.device == .cpu {
            // Budgets other than the available memory include the loaded weights.
            let held = budget.includesHeldWeights ? 1 : 0
            limits.pages = try MemoryPlan(
                parameterCount: model.parameterCount, shape: model.shape,
                imageTokens: processor.configuration.maximumTokenCount, precision: model.precision,
                copies: copies + held, workers: count, limits: limits, budget: budget
            ).pagesPerWorker
        }
        return InProcessEngine(count: count) {
            GenerationEngine(model: model, processor: processor, rules: rules, limits: limits)
        }
    }
}
