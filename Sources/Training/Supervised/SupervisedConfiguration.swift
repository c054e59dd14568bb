package import Models
package import Settings
import Torch

/// The configuration of supervised training; the run's folder holds the resolved copy.
package struct SupervisedConfiguration: Codable, Sendable {
    @Setting("Folder of the base checkpoint.") package var model = "Models/nano-base"
    @Setting("JSONL file of conversations.") package var data = ""
    @Setting("Random seed for the order of conversations and for those held out.") package var seed: UInt64 =
        1
    @Setting("How often each conversation is trained on, if `steps` is 0.", .atLeast(1)) package var epochs =
        1
    @Setting("Optimizer steps of the whole run; 0 for as many as the epochs need.", .atLeast(0))
    package var steps = 0
    @Setting(
        "Conversations per optimizer step; the last step of an epoch has those that remain.", .atLeast(1))
    package var batch = 16
    @Setting(
        "Threads of libtorch; 0 for one per core. The exact results of a run depend on it.", .atLeast(0))
    package var threads = 0
    @Setting(
        "Workers that compute gradients in parallel, with shared weights and `threads` divided among them. The exact results of a run depend on it.",
        .atLeast(1))
    package var workers = 1
    @Setting("Where the model runs: `cpu`, `cuda`, `cuda:1` or `mps`.") package var device = "cpu"
    @Setting(
        "Precision of weights that are not trained: fp32, or bf16 or int8 with `lora`. What is trained is in fp32."
    )
    package var precision = Precision.fp32
    @Setting("Low-rank additions (LoRA) that are trained in place of the weights.")
    package var lora = LowRankConfiguration()
    @Setting("Modules that are not trained: patterns of their names, such as `visual.*`.")
    package var freeze: [String] = []
    @Setting("The optimizer.") package var optimizer = SupervisedConfiguration.finetuning
    @Setting("The checkpoints of a run.") package var checkpoint = CheckpointConfiguration()
    @Setting("The conversations that are not trained on, and when their loss is measured.")
    package var validation = ValidationConfiguration()

    package init() {}

    /// What is trained of the model.
    package var trainedParts: TrainedParts {
        TrainedParts(lora: lora, freeze: freeze, precision: precision)
    }

    private static var finetuning: OptimizerConfiguration {
        var optimizer = OptimizerConfiguration()
        optimizer.learningRate = 1e-5
        optimizer.schedule = .cosine
        return optimizer
    }

    /// Checks every value against its range.
    ///
    /// - Throws: `SettingError` that names the first invalid value.
    package func validate() throws {
        try SettingTree.check(self, like: SupervisedConfiguration())
        guard !data.isEmpty else {
            throw SettingError(
                "data", "is empty; name a JSONL file of conversations, with --data or in the file")
        }
        try trainedParts.validate()
        do { _ = try Device(device) } catch { throw SettingError("device", "is \(device): \(error)") }
    }
}

/// The conversations that are not trained on, and when their loss is measured.
package struct ValidationConfiguration: Codable, Hashable, Sendable {
    @Setting(
        "Fraction of the conversations that is held out; drawn by the run's seed. 0 holds out none.",
        .from(0, below: 1))
    package var holdOut = 0.05
    @Setting("Maximum number of held-out conversations to measure the loss on; 0 for all.", .atLeast(0))
    package var limit = 100
    @Setting(
        "Steps between measurements, besides those before the first step and after the last; 0 for only these.",
        .atLeast(0))
    package var every = 25

    package init() {}
}
