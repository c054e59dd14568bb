import Agent

extension TrainingConfiguration {
    /// - Throws: ``ConfigurationError`` that names the first number no run can work with. The task has a check of its
    ///   own.
    package func validate() throws {
        let least = [
            ("steps", steps, 0), ("threads", threads, 0), ("workers", workers, 1),
            ("rollout.promptsPerStep", rollout.promptsPerStep, 1),
            ("rollout.groupSize", rollout.groupSize, 1),
            ("rollout.sampling.maximumTokens", rollout.sampling.maximumTokens, 1),
            ("optimizer.tokensPerPass", optimizer.tokensPerPass, 1),
            ("checkpoint.every", checkpoint.every, 1), ("checkpoint.keep", checkpoint.keep, 1),
            ("evaluation.scenes", evaluation.scenes, 1),
            ("evaluation.concurrency", evaluation.concurrency, 1),
        ]
        for (name, value, minimum) in least where value < minimum {
            throw ConfigurationError(
                description: "configuration: \(name) is \(value); it must be at least \(minimum)")
        }
    }
}
