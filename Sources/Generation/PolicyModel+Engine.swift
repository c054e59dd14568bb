package import Foundation
package import Models
package import Torch

extension ModelDirectory {
    /// How much memory the model takes to generate, from its files alone.
    ///
    /// - Parameters:
    ///   - copies: how many times the weights are still to be held; see `MemoryPlan`.
    ///   - workers: engines over the same weights; nil for as many as suit the model.
    ///   - limits: of each worker.
    ///   - budget: what there is to divide.
    /// - Throws: `MemoryPlanError` if the model does not fit, and `SafetensorsError`.
    package func memoryPlan(
        copies: Int = 1, workers: Int? = nil, limits: GenerationLimits = GenerationLimits(),
        budget: MemoryPlan.Budget
    ) throws -> MemoryPlan {
        let parameterCount = try parameterCount()
        return try MemoryPlan(
            parameterCount: parameterCount, shape: configuration.shape,
            imageTokens: processor.maximumTokenCount, copies: copies,
            workers: workers ?? PolicyModel.workerCount(forParameters: parameterCount), limits: limits,
            budget: budget)
    }
}

extension PolicyModel {
    /// Of what the machine has left, the part that a command may take that was given no budget.
    package static let defaultBudget = MemoryPlan.Budget.fraction(0.8)

    /// Loads a model that fits into memory.
    ///
    /// - Parameters:
    ///   - directory: of the checkpoint.
    ///   - device: where it computes; memory is planned for the CPU alone.
    ///   - copies: how many times the weights will be held: 4 to train, with gradients and two moments.
    ///   - budget: what the model may take.
    /// - Throws: `MemoryPlanError` if it does not fit, before any weight is read, and what `PolicyModel` throws.
    package static func fitting(
        _ directory: URL, device: Device = .cpu, copies: Int = 1,
        budget: MemoryPlan.Budget = PolicyModel.defaultBudget
    ) throws -> PolicyModel {
        if device == .cpu, let directory = try? ModelDirectory(directory) {
            _ = try directory.memoryPlan(copies: copies, workers: 1, budget: budget)
        }
        return try PolicyModel(directory: directory, device: device)
    }

    /// Engines with these weights that generate in parallel.
    ///
    /// - Parameters:
    ///   - count: how many.
    ///   - limits: of each; without a number of pages the caches take what `budget` leaves.
    ///   - copies: how many times the weights are still to be held: 3 to train, for gradients and two moments. Activations of a
    ///     backward pass are not counted.
    ///   - budget: for all that is not in memory yet.
    /// - Throws: `MemoryPlanError` if there is no room for caches.
    package func workers(
        _ count: Int = 1, limits: GenerationLimits = GenerationLimits(), copies: Int = 0,
        budget: MemoryPlan.Budget = PolicyModel.defaultBudget
    ) throws -> InProcessEngine {
        var limits = limits
        if limits.pages == nil, model.device == .cpu {
            // What the machine has left is without the weights, which are in memory.
            let held = budget.includesHeldWeights ? 1 : 0
            limits.pages = try MemoryPlan(
                parameterCount: model.parameterCount, shape: model.shape,
                imageTokens: processor.configuration.maximumTokenCount, copies: copies + held, workers: count,
                limits: limits, budget: budget
            ).pagesPerWorker
        }
        return InProcessEngine(count: count) {
            GenerationEngine(model: model, processor: processor, rules: rules, limits: limits)
        }
    }
}
