import Torch

/// The configuration of supervised training; the run's folder holds the resolved copy.
package struct SupervisedConfiguration: Codable, Sendable {
    /// Folder of the base checkpoint.
    package var model = "Models/nano-base"
    /// JSONL file of conversations.
    package var data = ""
    /// Random seed for the order of conversations and for those held out.
    package var seed: UInt64 = 1
    /// How often each conversation is trained on, if `steps` is 0.
    package var epochs = 1
    /// Optimizer steps of the whole run; 0 for as many as the epochs need.
    package var steps = 0
    /// Conversations per optimizer step.
    package var batch = 16
    /// Threads of libtorch; 0 for one per core. The exact results of a run depend on it.
    package var threads = 0
    /// Workers that compute gradients in parallel, with shared weights and `threads` divided among them. The exact results of a
    /// run depend on it.
    package var workers = 1
    package var device = "cpu"
    package var optimizer = SupervisedConfiguration.finetuning
    package var checkpoint = CheckpointConfiguration()
    package var validation = ValidationConfiguration()

    package init() {}

    private static var finetuning: OptimizerConfiguration {
        var optimizer = OptimizerConfiguration()
        optimizer.learningRate = 1e-5
        optimizer.schedule = .cosine
        return optimizer
    }

    /// Checks the values.
    ///
    /// - Throws: ``ConfigurationError`` that names the first invalid value.
    package func validate() throws {
        guard !data.isEmpty else {
            throw ConfigurationError(
                description:
                    "configuration: data is empty; name a JSONL file of conversations, with --data or in the file"
            )
        }
        let least = [
            ("epochs", epochs, 1), ("steps", steps, 0), ("batch", batch, 1), ("threads", threads, 0),
            ("workers", workers, 1), ("optimizer.tokensPerPass", optimizer.tokensPerPass, 1),
            ("checkpoint.every", checkpoint.every, 1), ("checkpoint.keep", checkpoint.keep, 1),
            ("validation.limit", validation.limit, 0), ("validation.every", validation.every, 0),
        ]
        for (name, value, minimum) in least where value < minimum {
            throw ConfigurationError(
                description: "configuration: \(name) is \(value); it must be at least \(minimum)")
        }
        guard validation.holdOut >= 0, validation.holdOut < 1 else {
            throw ConfigurationError(
                description:
                    "configuration: validation.holdOut is \(validation.holdOut); it must be at least 0 and below 1"
            )
        }
    }
}

/// The conversations that are not trained on, and when their loss is measured.
package struct ValidationConfiguration: Codable, Hashable, Sendable {
    /// Fraction of the conversations that is held out; drawn by the run's seed. 0 holds out none.
    package var holdOut = 0.05
    /// Maximum number of held-out conversations to measure the loss on; 0 for all.
    package var limit = 100
    /// Steps between measurements, besides those before the first step and after the last; 0 for only these.
    package var every = 25

    package init() {}
}
