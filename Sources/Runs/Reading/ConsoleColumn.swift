/// A column of the console table: a metric, its heading and its number format.
struct ConsoleColumn: Equatable {
    enum Format {
        case number
        case fine
        case percent
        case whole
        case seconds
        case short
    }

    let metric: String
    let title: String
    let format: Format
    /// In a narrow window, columns with the highest rank are dropped first.
    let rank: Int

    /// Column width in characters, for values of the usual range.
    var width: Int {
        switch format {
        case .number, .fine: 6
        case .percent: 5
        case .whole, .short: 5
        case .seconds: 10
        }
    }

    var cellWidth: Int { max(width, title.count) }

    func text(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        return switch format {
        case .number: Readable.fixed(value, 3)
        case .fine: Readable.fixed(value, 4)
        case .percent: Readable.percent(value)
        case .whole: Readable.fixed(value, 0)
        case .seconds: Readable.seconds(value)
        case .short: Readable.shortCount(value)
        }
    }

    /// The columns of a log file, the same for every step. A line with them has fewer than 120 characters; all metrics are in
    /// `metrics.jsonl`.
    static let ofLogFiles = [reward, right, calls, overlap, entropy, seconds]
    /// The same for supervised training.
    static let ofSupervisedLogFiles = supervised + [seconds]

    private static let supervised = [
        ConsoleColumn(metric: MetricName.trainingLoss, title: "loss", format: .fine, rank: 0),
        ConsoleColumn(metric: MetricName.epoch, title: "epoch", format: .number, rank: 2),
        ConsoleColumn(metric: MetricName.gradientNorm, title: "gradient", format: .number, rank: 3),
    ]
    private static let reward = ConsoleColumn(
        metric: MetricName.reward, title: "reward", format: .number, rank: 0)
    private static let right = ConsoleColumn(
        metric: MetricName.accuracy, title: "right", format: .percent, rank: 1)
    private static let calls = ConsoleColumn(
        metric: MetricName.callRate, title: "calls", format: .percent, rank: 2)
    private static let overlap = ConsoleColumn(
        metric: MetricName.firstBoxIoU, title: "IoU", format: .number, rank: 3)
    private static let entropy = ConsoleColumn(
        metric: MetricName.entropy, title: "entropy", format: .number, rank: 6)
    private static let seconds = ConsoleColumn(
        metric: MetricName.stepSeconds, title: "s/step", format: .seconds, rank: 5)

    /// The columns for which a step has a value, in display order.
    static func all(for metrics: StepMetrics) -> [ConsoleColumn] {
        let prefix = MetricName.accuracy(kind: "")
        let kinds = metrics.values.map(\.name).filter { $0.hasPrefix(prefix) && $0 != MetricName.accuracy }
        let columns =
            (metrics[MetricName.trainingLoss] == nil ? [] : supervised) + [reward, right]
            + kinds.map {
                ConsoleColumn(
                    metric: $0, title: String($0.dropFirst(prefix.count)), format: .percent, rank: 4)
            }
            + [
                calls, overlap, entropy,
                ConsoleColumn(metric: MetricName.completionTokens, title: "length", format: .whole, rank: 7),
                seconds,
                ConsoleColumn(metric: MetricName.tokensPerSecond, title: "tok/s", format: .short, rank: 8),
            ]
        return columns.filter { metrics[$0.metric] != nil }
    }
}

extension [ConsoleColumn] {
    /// The columns that fit into `width` characters, after dropping those of the highest rank.
    func fitting(_ width: Int) -> [ConsoleColumn] {
        var columns = self
        while columns.reduce(0, { $0 + $1.cellWidth + 2 }) > width, columns.count > 1,
            let last = columns.indices.max(by: { columns[$0].rank < columns[$1].rank })
        {
            columns.remove(at: last)
        }
        return columns
    }
}
