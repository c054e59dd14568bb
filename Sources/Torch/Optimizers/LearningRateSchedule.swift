import Settings

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The learning rate as a function of the step: a linear warm-up, then constant or decaying.
package struct LearningRateSchedule: Hashable, Sendable, Codable {
    package enum Shape: String, Hashable, Sendable, Codable, CaseIterable, SettingChoice {
        case constant, linear, cosine

        package var meaning: String {
            switch self {
            case .constant: "constant after the warm-up"
            case .linear: "decays linearly to 0 at the last step"
            case .cosine: "decays to 0 at the last step along half a cosine"
            }
        }
    }

    package var shape: Shape
    /// The rate at the end of the warm-up.
    package var peak: Double
    /// Steps until the peak is reached; the rate of the first step is above 0.
    package var warmUpSteps: Int
    /// Total number of steps; later, the rate stays at its final value.
    package var totalSteps: Int
    /// The final rate as a fraction of the peak.
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

    /// The rate at a 0-based step.
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
