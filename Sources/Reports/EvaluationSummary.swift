import JSON
package import Runs

/// How a policy does on the held-out examples: the `M` of `report.json`.
package struct EvaluationSummary: Sendable, Equatable {
    package var examples: Int
    package var attributeAccuracy: Double
    package var relationAccuracy: Double
    package var existenceAccuracy: Double
    /// Share of the attribute questions on which a tool was called.
    package var attributeCallRate: Double
    package var callsPerTrajectory: Double
    /// Mean over the trajectories that cut a box where the ground truth is known; 0 when none did.
    package var firstBoxIoU: Double
    package var formatErrorRate: Double

    package init(
        examples: Int, attributeAccuracy: Double, relationAccuracy: Double, existenceAccuracy: Double,
        attributeCallRate: Double, callsPerTrajectory: Double, firstBoxIoU: Double, formatErrorRate: Double
    ) {
        self.examples = examples
        self.attributeAccuracy = attributeAccuracy
        self.relationAccuracy = relationAccuracy
        self.existenceAccuracy = existenceAccuracy
        self.attributeCallRate = attributeCallRate
        self.callsPerTrajectory = callsPerTrajectory
        self.firstBoxIoU = firstBoxIoU
        self.formatErrorRate = formatErrorRate
    }

    /// Measures trajectories; a kind that does not occur counts as 0, and an answer without a verdict counts neither way.
    ///
    /// - Parameters:
    ///   - trajectories: of one evaluation.
    ///   - examples: number of scenes they are about; one per trajectory if nil.
    package init(_ trajectories: [TrajectoryRecord], examples: Int? = nil) {
        func mean(_ values: [Double]) -> Double {
            values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
        }
        let judged = trajectories.filter { !$0.isUnjudged }
        func accuracy(_ kind: String) -> Double {
            mean(judged.filter { $0.kind == kind }.map { $0.isCorrect ? 1 : 0 })
        }
        self.init(
            examples: examples ?? trajectories.count, attributeAccuracy: accuracy("attribute"),
            relationAccuracy: accuracy("relation"), existenceAccuracy: accuracy("existence"),
            attributeCallRate: mean(
                trajectories.filter { $0.kind == "attribute" }.map { $0.calls.isEmpty ? 0 : 1 }),
            callsPerTrajectory: mean(trajectories.map { Double($0.calls.count) }),
            firstBoxIoU: mean(trajectories.compactMap(\.firstBoxIoU)),
            formatErrorRate: mean(judged.map { $0.hasFormatError ? 1 : 0 }))
    }

    fileprivate var json: JSONValue {
        [
            "examples": .number(examples),
            "attribute_accuracy": .number(attributeAccuracy),
            "relation_accuracy": .number(relationAccuracy),
            "existence_accuracy": .number(existenceAccuracy),
            "tool_call_rate_attribute": .number(attributeCallRate),
            "calls_per_trajectory": .number(callsPerTrajectory),
            "first_box_iou": .number(firstBoxIoU),
            "format_error_rate": .number(formatErrorRate),
        ]
    }
}

/// What a run came to: the values of `report.json`.
package struct RunResult: Sendable, Equatable {
    /// What training took.
    package struct Training: Sendable, Equatable {
        package var steps: Int
        package var seconds: Double
        package var trajectories: Int

        package init(steps: Int, seconds: Double, trajectories: Int) {
            self.steps = steps
            self.seconds = seconds
            self.trajectories = trajectories
        }
    }

    package var task: String
    package var seed: UInt64
    package var training: Training
    /// The checkpoint that training began with.
    package var base: EvaluationSummary
    package var trained: EvaluationSummary
    /// The trained checkpoint on the same examples with no tool on offer.
    package var trainedWithoutTools: EvaluationSummary

    package init(
        task: String, seed: UInt64, training: Training, base: EvaluationSummary, trained: EvaluationSummary,
        trainedWithoutTools: EvaluationSummary
    ) {
        self.task = task
        self.seed = seed
        self.training = training
        self.base = base
        self.trained = trained
        self.trainedWithoutTools = trainedWithoutTools
    }

    /// The text of `report.json`: fixed key order, shortest numbers, a newline at the end.
    package var json: String {
        let members: JSONValue = [
            "task": .string(task),
            "seed": .number(seed),
            "training": [
                "steps": .number(training.steps),
                "seconds": .number(training.seconds),
                "trajectories": .number(training.trajectories),
            ],
            "evaluation": [
                "base": base.json,
                "trained": trained.json,
                "trained_without_tools": trainedWithoutTools.json,
            ],
        ]
        return members.text(.indented) + "\n"
    }
}
