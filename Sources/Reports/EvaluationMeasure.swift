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
    /// The kind of questions it is about; nil for all.
    let kind: String?
    /// Nil if the measure does not apply.
    let value: @Sendable (EvaluationMeasurement) -> Double?
    /// The 95 % interval over items; nil if there is none.
    let interval: @Sendable (EvaluationMeasurement) -> ClosedRange<Double>?

    /// The measures of an evaluation whose questions have these kinds, those over all questions first.
    static func all(
        kinds: [String], inMeasurements measurements: [EvaluationMeasurement]
    ) -> [EvaluationMeasure] {
        let hasKinds = kinds.count > 1
        // Call rates are listed only for the kinds that have tool calls.
        let calling = kinds.filter { kind in
            measurements.contains { (score(kind, $0)?.callRate ?? 0) > 0 }
        }
        var measures = [accuracy(of: nil, among: kinds, measurements)]
        if hasKinds { measures += kinds.map { accuracy(of: $0, among: kinds, measurements) } }
        measures.append(callRate(of: nil, among: kinds))
        if hasKinds { measures += calling.map { callRate(of: $0, among: kinds) } }
        measures.append(
            EvaluationMeasure("Tool calls per answer", "", .count) { $0.callsPerTrajectory })
        if measurements.contains(where: { $0.firstBoxIoU != nil }) {
            measures.append(
                EvaluationMeasure(
                    "Overlap of the first box", "intersection over union with the ground truth", .overlap
                ) { $0.firstBoxIoU })
        }
        measures.append(
            EvaluationMeasure(
                "Format errors", "lower is better", .errors,
                interval: { interval(ofFraction: $0.formatErrorRate, of: $0.overall.items) }
            ) { $0.formatErrorRate })
        return measures
    }

    private static func score(
        _ kind: String?, _ measurement: EvaluationMeasurement
    ) -> EvaluationMeasurement.Score? {
        guard let kind else { return measurement.overall }
        return measurement.kinds.first { $0.name == kind }?.score
    }

    private static func title(_ kind: String?, among kinds: [String], _ name: String) -> String {
        guard kinds.count > 1 else { return name.capitalizedFirst }
        return "\(kind?.capitalizedFirst ?? "All kinds"): \(name)"
    }

    private static func accuracy(
        of kind: String?, among kinds: [String], _ measurements: [EvaluationMeasurement]
    ) -> EvaluationMeasure {
        let count = measurements.lazy.compactMap { score(kind, $0)?.items }.first ?? 0
        return EvaluationMeasure(
            title(kind, among: kinds, "right answers"), "\(Readable.count(count)) questions", .accuracy, kind,
            interval: { measurement in
                guard let bounds = score(kind, measurement)?.interval, bounds.count == 2,
                    bounds[0] <= bounds[1]
                else { return nil }
                return bounds[0]...bounds[1]
            }
        ) { score(kind, $0)?.accuracy }
    }

    private static func callRate(of kind: String?, among kinds: [String]) -> EvaluationMeasure {
        EvaluationMeasure(
            title(kind, among: kinds, "answers with a tool call"), "", .rate, kind,
            interval: { measurement in
                score(kind, measurement).flatMap { interval(ofFraction: $0.callRate, of: $0.items) }
            }
        ) { score(kind, $0)?.callRate }
    }

    /// The Wilson score interval of a fraction; nil without items.
    static func interval(ofFraction fraction: Double, of items: Int) -> ClosedRange<Double>? {
        guard items > 0, (0...1).contains(fraction) else { return nil }
        let (count, z) = (Double(items), 1.96)
        let centre = fraction + z * z / (2 * count)
        let spread = z * (fraction * (1 - fraction) / count + z * z / (4 * count * count)).squareRoot()
        let scale = 1 + z * z / count
        return max(0, (centre - spread) / scale)...min(1, (centre + spread) / scale)
    }

    private init(
        _ name: String, _ note: String, _ scale: Scale, _ kind: String? = nil,
        interval: @escaping @Sendable (EvaluationMeasurement) -> ClosedRange<Double>? = { _ in nil },
        value: @escaping @Sendable (EvaluationMeasurement) -> Double?
    ) {
        self.name = name
        self.note = note
        self.scale = scale
        self.kind = kind
        self.interval = interval
        self.value = value
    }

    func text(_ measurement: EvaluationMeasurement) -> String { value(measurement).map(format) ?? "–" }

    /// The 95 % interval, such as `78.1–86.2 %`; nil if there is none.
    func intervalText(_ measurement: EvaluationMeasurement) -> String? {
        interval(measurement).map { bounds in
            "\(Readable.fixed(bounds.lowerBound * 100, 1))–\(Readable.fixed(bounds.upperBound * 100, 1))\u{A0}%"
        }
    }

    /// Whether two measurements have intervals that do not overlap.
    func parts(_ first: EvaluationMeasurement, _ second: EvaluationMeasurement) -> Bool {
        guard let first = interval(first), let second = interval(second) else { return false }
        return !first.overlaps(second)
    }

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
