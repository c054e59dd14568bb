/// What an evaluation came to at one step under one condition.
package struct EvaluationMeasurement: Sendable, Equatable {
    /// The right answers among some items.
    package struct Score: Sendable, Equatable {
        package let items: Int
        package let accuracy: Double
        /// The middle 95 % of the means of resampled items; nothing for no item.
        package let interval: [Double]
        /// Fraction of the answers with a tool call.
        package let callRate: Double

        package init(items: Int, accuracy: Double, interval: [Double] = [], callRate: Double = 0) {
            self.items = items
            self.accuracy = accuracy
            self.interval = interval
            self.callRate = callRate
        }
    }

    /// The items of one kind.
    package struct Kind: Sendable, Equatable {
        package let name: String
        package let score: Score

        package init(name: String, score: Score) {
            self.name = name
            self.score = score
        }
    }

    /// Optimizer steps that the weights have had.
    package let step: Int
    /// Whether tools were on offer where the items have some.
    package let offersTools: Bool
    package let overall: Score
    /// In the order in which they are asked.
    package let kinds: [Kind]
    package let callsPerTrajectory: Double
    /// Mean intersection over union of the first box with the ground truth; nil where nothing is known of it.
    package let firstBoxIoU: Double?
    package let formatErrorRate: Double

    package init(
        step: Int, offersTools: Bool, overall: Score, kinds: [Kind], callsPerTrajectory: Double,
        firstBoxIoU: Double?, formatErrorRate: Double
    ) {
        self.step = step
        self.offersTools = offersTools
        self.overall = overall
        self.kinds = kinds
        self.callsPerTrajectory = callsPerTrajectory
        self.firstBoxIoU = firstBoxIoU
        self.formatErrorRate = formatErrorRate
    }

    /// As curves of the run: `evaluation/NAME/KIND` for each kind, and what else was measured beside them.
    ///
    /// - Parameter name: of the evaluation.
    package func metrics(_ name: String) -> [Metric] {
        let prefix = "evaluation/\(name)/" + (offersTools ? "" : "without_tools/")
        var metrics = kinds.map { Metric(prefix + $0.name, $0.score.accuracy) }
        metrics.append(Metric(prefix + "all", overall.accuracy))
        if offersTools {
            metrics.append(Metric(prefix + "tool_call_rate", overall.callRate))
            if let firstBoxIoU { metrics.append(Metric(prefix + "first_box_iou", firstBoxIoU)) }
        }
        metrics.append(Metric(prefix + "format_error_rate", formatErrorRate))
        return metrics
    }
}
