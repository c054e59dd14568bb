/// The result of an evaluation at one step under one condition.
package struct EvaluationMeasurement: Sendable, Equatable {
    /// The accuracy on a set of items.
    package struct Score: Sendable, Equatable {
        package let items: Int
        package let accuracy: Double
        /// The 95 % bootstrap interval over items; empty if there are no items.
        package let interval: [Double]
        /// The fraction of answers with a tool call.
        package let callRate: Double

        package init(items: Int, accuracy: Double, interval: [Double] = [], callRate: Double = 0) {
            self.items = items
            self.accuracy = accuracy
            self.interval = interval
            self.callRate = callRate
        }
    }

    /// The score on the items of one kind.
    package struct Kind: Sendable, Equatable {
        package let name: String
        package let score: Score

        package init(name: String, score: Score) {
            self.name = name
            self.score = score
        }
    }

    /// The number of optimizer steps before the evaluation.
    package let step: Int
    /// Whether the items' tools were offered.
    package let offersTools: Bool
    package let overall: Score
    /// In evaluation order.
    package let kinds: [Kind]
    package let callsPerTrajectory: Double
    /// Mean intersection over union of the first box with the ground truth; nil if no answer has both.
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

    /// The result as metrics of the run: `evaluation/NAME/KIND` for each kind, and further measures; none if no item has a
    /// verdict.
    ///
    /// - Parameter name: the evaluation's name.
    package func metrics(_ name: String) -> [Metric] {
        if overall.items == 0 { return [] }
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
