package import Models

extension PolicyModel {
    /// An engine that generates with these weights.
    package func engine(limits: GenerationLimits = GenerationLimits()) -> GenerationEngine {
        GenerationEngine(model: model, processor: processor, rules: rules, limits: limits)
    }

    /// Engines with these weights that generate side by side.
    package func workers(
        _ count: Int = 1, limits: GenerationLimits = GenerationLimits()
    ) -> GenerationWorkers {
        GenerationWorkers(count: count) { engine(limits: limits) }
    }
}
