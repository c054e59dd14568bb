internal import Foundation

/// The course of a noisy series.
package enum Smoothing {
    /// Straight lines fitted around each point under a bell-shaped weight of about a twentieth of the length,
    /// which neither lags behind a slope nor bends it at the ends; never beyond the values themselves.
    package static func smoothed(_ values: [Double]) -> [Double] {
        let deviation = Double(values.count) / 20
        guard deviation >= 0.5, let low = values.min(), let high = values.max() else { return values }
        let reach = Int((3 * deviation).rounded(.up))
        return values.indices.map { centre in
            var (weights, offsets, squares, sum, slope) = (0.0, 0.0, 0.0, 0.0, 0.0)
            for index in max(0, centre - reach)...min(values.count - 1, centre + reach) {
                let offset = Double(index - centre)
                let weight = exp(-offset * offset / (2 * deviation * deviation))
                weights += weight
                offsets += weight * offset
                squares += weight * offset * offset
                sum += weight * values[index]
                slope += weight * offset * values[index]
            }
            let fitted = (squares * sum - offsets * slope) / (weights * squares - offsets * offsets)
            return min(high, max(low, fitted))
        }
    }
}
