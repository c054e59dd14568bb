import Settings

/// An evaluation of a run: an entry of `evaluation`. Exactly one of `benchmark`, `holdOut` and `scenes` chooses the questions.
package struct EvaluationPlan: Codable, Hashable, Sendable {
    @Setting("The name in metrics and records; by default that of the questions.") package var name = ""
    @Setting("Name of a benchmark, or path of a YAML file that declares one.") package var benchmark = ""
    @Setting("The benchmark's file or folder.") package var data = ""
    @Setting(
        "Fraction of the run's own questions that is held out of training for this evaluation; drawn by the run's seed.",
        .from(0, below: 1))
    package var holdOut = 0.0
    @Setting("Scenes of the procedural task, each with one question of every kind.", .atLeast(0))
    package var scenes = 0
    @Setting("Seed of the scenes, and of the order of a benchmark's options.")
    package var seed = Scenes().seed
    @Setting("Maximum number of items; 0 for all.", .atLeast(0)) package var limit = 0
    @Setting(
        "Steps between evaluations during training; 0 to evaluate only before and after it.", .atLeast(0))
    package var every = 0
    @Setting("Whether the trained model is also evaluated without tools.") package var withoutTools = true

    package init(
        name: String = "", benchmark: String = "", data: String = "", holdOut: Double = 0, scenes: Int = 0,
        limit: Int = 0, every: Int = 0
    ) {
        self.name = name
        self.benchmark = benchmark
        self.data = data
        self.holdOut = holdOut
        self.scenes = scenes
        self.limit = limit
        self.every = every
    }

    /// The standard held-out scenes.
    package struct Scenes {
        package let seed: UInt64 = 20_250_514
        package let count = 500

        package init() {}
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case name, benchmark, data, holdOut, scenes, seed, limit, every, withoutTools
    }

    /// - Throws: `DecodingError` for an unknown key or an invalid value.
    package init(from decoder: any Decoder) throws {
        try decoder.rejectUnknownKeys(besides: CodingKeys.self)
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func value<Value: Decodable>(_ key: CodingKeys, _ standard: Value) throws -> Value {
            try values.decodeIfPresent(Value.self, forKey: key) ?? standard
        }
        name = try value(.name, "")
        benchmark = try value(.benchmark, "")
        data = try value(.data, "")
        holdOut = try value(.holdOut, 0)
        scenes = try value(.scenes, 0)
        seed = try value(.seed, Scenes().seed)
        limit = try value(.limit, 0)
        every = try value(.every, 0)
        withoutTools = try value(.withoutTools, true)
        if let problem {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: problem))
        }
        if name.isEmpty { name = standardName }
    }

    /// Encodes the name and the values that differ from the defaults.
    package func encode(to encoder: any Encoder) throws {
        let standard = EvaluationPlan()
        var values = encoder.container(keyedBy: CodingKeys.self)
        func encode<Value: Encodable & Equatable>(
            _ key: CodingKeys, _ value: Value, unless default: Value?
        ) throws {
            if value != `default` { try values.encode(value, forKey: key) }
        }
        try encode(.name, name, unless: nil)
        try encode(.benchmark, benchmark, unless: standard.benchmark)
        try encode(.data, data, unless: standard.data)
        try encode(.holdOut, holdOut, unless: standard.holdOut)
        try encode(.scenes, scenes, unless: standard.scenes)
        try encode(.seed, seed, unless: standard.seed)
        try encode(.limit, limit, unless: standard.limit)
        try encode(.every, every, unless: standard.every)
        try encode(.withoutTools, withoutTools, unless: standard.withoutTools)
    }

    private var standardName: String {
        if scenes > 0 { return "scenes" }
        if holdOut > 0 { return "held-out" }
        let file = benchmark.split(separator: "/").last.map(String.init) ?? benchmark
        return file.hasSuffix(".yaml") || file.hasSuffix(".yml")
            ? String(file.prefix { $0 != "." }) : file
    }

    private var problem: String? {
        let given = [!benchmark.isEmpty, holdOut != 0, scenes != 0].count(where: \.self)
        if given != 1 {
            return
                "give exactly one of benchmark: NAME (with data: FILE), holdOut: 0.05 and scenes: 500"
        }
        if name.contains("/") { return "name is \(name); it must not contain a slash" }
        return nil
    }
}

/// The value of `evaluation`: a list of plans, or `automatic`.
package enum EvaluationChoice: Codable, Hashable, Sendable, CustomReflectable {
    /// Chosen by the training data: held-out scenes for the procedural task, held-out questions for files.
    case automatic
    case listed([EvaluationPlan])

    private static let automaticValue = "automatic"

    /// The listed plans are the elements whose values are checked.
    package var customMirror: Mirror {
        switch self {
        case .automatic: Mirror(self, children: [])
        case .listed(let plans): Mirror(reflecting: plans)
        }
    }

    package init(from decoder: any Decoder) throws {
        if let value = try? decoder.singleValueContainer().decode(String.self) {
            guard value == Self.automaticValue else {
                throw DecodingError.dataCorrupted(
                    .init(
                        codingPath: decoder.codingPath,
                        debugDescription: "\(value) must be a list such as [{holdOut: 0.05}], or automatic"))
            }
            self = .automatic
            return
        }
        self = .listed(try [EvaluationPlan](from: decoder))
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .automatic:
            var container = encoder.singleValueContainer()
            try container.encode(Self.automaticValue)
        case .listed(let plans): try plans.encode(to: encoder)
        }
    }
}
