#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The learning rate as a function of the step: a linear warm-up, then a constant or a fall.
package struct LearningRateSchedule: Hashable, Sendable, Codable {
    package enum Shape: String, Hashable, Sendable, Codable, CaseIterable {
        case constant, linear, cosine
    }

    package var shape: Shape
    /// The rate at the end of the warm-up.
    package var peak: Double
    /// Steps until the peak is reached; the first step already learns.
    package var warmUpSteps: Int
    /// Steps of the whole run; the rate stays at its last value after them.
    package var totalSteps: Int
    /// What the rate falls to, as a fraction of the peak.
    var finalFraction: Double

    package init(
        _ shape: Shape, peak: Double, warmUpSteps: Int = 0, totalSteps: Int, finalFraction: Double = 0
    ) {
        self.shape = shape
        self.peak = peak
        self.warmUpSteps = warmUpSteps
        self.totalSteps = totalSteps
        self.finalFraction = finalFraction
    }

    /// The rate of step `step`, counted from 0.
    package func rate(at step: Int) -> Double {
        if step < warmUpSteps { return peak * Double(step + 1) / Double(warmUpSteps) }
        let length = max(1, totalSteps - warmUpSteps)
        let progress = min(1, Double(step - warmUpSteps) / Double(length))
        let height =
            switch shape {
            case .constant: 1.0
            case .linear: 1 - progress
            case .cosine: 0.5 * (1 + cos(.pi * progress))
            }
        return shape == .constant ? peak : peak * (finalFraction + (1 - finalFraction) * height)
    }
}
