internal import Foundation
import Runs

/// The range of a chart's axis and the round numbers marked on it.
struct Axis: Equatable {
    let lower: Double
    let upper: Double
    let ticks: [Double]

    /// An axis over `values` with about `count` marks; it begins at zero when the values come near it.
    init(covering values: [Double], count: Int = 4) {
        let low = values.min() ?? 0
        let high = values.max() ?? 1
        let start = low >= 0 && low < 0.6 * high ? 0 : low
        let step = Self.roundStep(max(high - start, abs(high) * 1e-3, 1e-12) / Double(count))
        let first = (start / step).rounded(.down)
        let last = max((high / step).rounded(.up), first + 1)
        self.init(ticks: stride(from: first, through: last, by: 1).map { $0 * step })
    }

    /// An axis with the marks given, from the first to the last.
    init(ticks: [Double]) {
        self.ticks = ticks
        lower = ticks.first ?? 0
        upper = ticks.last ?? 1
    }

    /// An axis over whole numbers that ends where they end.
    init(steps: ClosedRange<Int>, count: Int = 4) {
        let step = max(1, Int(Self.roundStep(Double(steps.upperBound - steps.lowerBound) / Double(count))))
        let first = (steps.lowerBound + step - 1) / step * step
        lower = Double(steps.lowerBound)
        upper = Double(max(steps.upperBound, steps.lowerBound + 1))
        ticks = stride(from: first, through: steps.upperBound, by: step).map(Double.init)
    }

    /// Where a value lies between the ends, as a share of the axis.
    func position(_ value: Double) -> Double {
        (value - lower) / (upper - lower)
    }

    /// A value with as many decimals as the distance between marks has, and `finer` more.
    func text(_ value: Double, finer: Int) -> String {
        let step = ticks.count > 1 ? ticks[1] - ticks[0] : 1
        if max(abs(lower), abs(upper)) >= 1000 { return Readable.shortCount(value) }
        if step < 1e-4 { return Readable.number(value) }
        let digits = (0...5).first { (step * pow(10, Double($0))).isNearlyWhole } ?? 5
        return Readable.fixed(value, min(5, digits + (step >= 10 ? max(0, finer - 1) : finer)))
            .replacingOccurrences(of: "-", with: "−")
    }

    /// The smallest of 1, 2, 2.5 or 5 times a power of ten that is not below `size`.
    private static func roundStep(_ size: Double) -> Double {
        let power = pow(10, log10(max(size, 1e-12)).rounded(.down))
        let factor = [1, 2, 2.5, 5].first { $0 * power >= size * 0.999_999 } ?? 10
        return factor * power
    }
}

extension Double {
    fileprivate var isNearlyWhole: Bool { abs(self - rounded()) < 1e-6 }
}
