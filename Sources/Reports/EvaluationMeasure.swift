import Runs

/// One measure of an evaluation, with its label and format.
struct EvaluationMeasure: Sendable {
    /// How values are formatted, and which direction is better.
    enum Scale: Sendable {
        /// A fraction, in percent; more is better.
        case accuracy
        /// A fraction, in percent; neither direction is better.
        case rate
        /// A fraction, in percent; less is better.
        case errors
        /// From 0 to 1; more is better.
        case overlap
        case count
    }

    let name: String
    let note: String
    let scale: Scale
    /// Nil if the measure does not apply.
    let value: @Sendable (EvaluationMeasurement) -> Double?

    /// The measures of an evaluation whose questions have these kinds.
    static func all(
        kinds: [String], inMeasurements measurements: [EvaluationMeasurement]
    ) -> [EvaluationMeasure] {
        @Sendable func score(_ kind: String)
            -> @Sendable (EvaluationMeasurement) -> EvaluationMeasurement.Score?
        {
            { measurement in measurement.kinds.first { $0.name == kind }?.score }
        }
        let isOneKind = kinds.count < 2
        // Call rates are listed only for the kinds that have tool calls.
        let calling = kinds.filter { kind in
            measurements.contains { (score(kind)($0)?.callRate ?? 0) > 0 }
        }
        var measures: [EvaluationMeasure] = []
        if isOneKind {
            measures.append(EvaluationMeasure("Right answers", "", .accuracy) { $0.overall.accuracy })
        } else {
            measures += kinds.map { kind in
                EvaluationMeasure("\(kind.capitalizedFirst): right answers", "", .accuracy) {
                    score(kind)($0)?.accuracy
                }
            }
            measures.append(
                EvaluationMeasure("All kinds: right answers", "mean over all items", .accuracy) {
                    $0.overall.accuracy
                })
        }
        if isOneKind {
            measures.append(
                EvaluationMeasure("Answers with a tool call", "fraction of answers that called a tool", .rate)
                {
                    $0.overall.callRate
                })
        } else {
            measures += calling.map { kind in
                EvaluationMeasure(
                    "\(kind.capitalizedFirst): answers with a tool call",
                    "fraction of answers that called a tool", .rate
                ) { score(kind)($0)?.callRate }
            }
        }
        measures.append(
            EvaluationMeasure("Tool calls per answer", "over all kinds", .count) { $0.callsPerTrajectory })
        if measurements.contains(where: { $0.firstBoxIoU != nil }) {
            measures.append(
                EvaluationMeasure(
                    "Overlap of the first box", "intersection over union with the ground truth", .overlap
                ) { $0.firstBoxIoU })
        }
        measures.append(EvaluationMeasure("Format errors", "lower is better", .errors) { $0.formatErrorRate })
        return measures
    }

    private init(
        _ name: String, _ note: String, _ scale: Scale,
        value: @escaping @Sendable (EvaluationMeasurement) -> Double?
    ) {
        self.name = name
        self.note = note
        self.scale = scale
        self.value = value
    }

    func text(_ measurement: EvaluationMeasurement) -> String { value(measurement).map(format) ?? "–" }

    func format(_ value: Double) -> String {
        switch scale {
        case .accuracy, .rate, .errors: Readable.percent(value, decimals: 1)
        case .overlap, .count: Readable.fixed(value, 2)
        }
    }

    /// Whether all values lie between 0 and 1.
    var isFraction: Bool { scale != .count }

    /// Whether a change is an improvement; nil if neither direction is better.
    func isBetter(_ change: Double) -> Bool? {
        switch scale {
        case .accuracy, .overlap: change > 0
        case .errors: change < 0
        case .rate, .count: nil
        }
    }

    /// The change in percentage points or in units; nil if it rounds to nothing.
    func changeText(_ change: Double) -> String? {
        let isPoints = isFraction && scale != .overlap
        let size = isPoints ? Readable.fixed(abs(change) * 100, 1) : Readable.fixed(abs(change), 2)
        guard size.contains(where: { ("1"..."9").contains($0) }) else { return nil }
        return (change > 0 ? "+" : "−") + size + (isPoints ? " pp" : "")
    }
}

extension String {
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
