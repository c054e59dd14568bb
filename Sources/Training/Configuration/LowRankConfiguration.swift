package import Models
package import Settings

/// LoRA: low-rank additions to products, which alone are trained.
package struct LowRankConfiguration: Codable, Hashable, Sendable {
    @Setting("Rank of the additions; 0 trains the weights themselves.", .atLeast(0)) package var rank = 0
    @Setting("The additions are multiplied by alpha / rank.", .above(0)) package var alpha = 16.0
    @Setting(
        "Modules that get an addition: patterns of their names in released checkpoints, such as `*.q_proj` or `visual.*`. The default is every product of the language model."
    )
    package var targets = ["model.layers.*"]

    package init() {}

    package var isOn: Bool { rank > 0 }

    package var plan: LowRankPlan {
        LowRankPlan(rank: rank, alpha: alpha, targets: targets.map(ModulePattern.init))
    }
}

extension Precision: SettingChoice {
    package var meaning: String {
        switch self {
        case .fp32: "4 bytes a weight"
        case .bf16: "2 bytes; a checkpoint in bf16 stays in its file"
        case .int8: "a little over 1 byte, with a loss of accuracy"
        }
    }
}

/// What a run trains of its model, and how it holds the rest.
package struct TrainedParts: Sendable {
    package let lora: LowRankConfiguration
    /// Patterns of modules that are not trained.
    package let freeze: [String]
    package let precision: Precision

    package init(lora: LowRankConfiguration, freeze: [String], precision: Precision) {
        self.lora = lora
        self.freeze = freeze
        self.precision = precision
    }

    package var frozen: [ModulePattern] { freeze.map(ModulePattern.init) }

    /// Copies of the weights for gradients and two moments.
    package var gradientCopies: Int { lora.isOn ? 0 : 3 }

    /// - Throws: `SettingError` for values that do not fit together.
    package func validate() throws(SettingError) {
        if precision != .fp32, !lora.isOn {
            throw SettingError(
                "precision",
                "is \(precision.rawValue), which holds weights that are not trained; set lora.rank, or train in fp32"
            )
        }
        if lora.isOn, lora.targets.isEmpty { throw SettingError("lora.targets", "is empty; name modules") }
        if lora.isOn, !freeze.isEmpty {
            throw SettingError(
                "freeze", "has no effect with lora, which trains only its additions; choose lora.targets")
        }
    }
}
