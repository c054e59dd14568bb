import CounterRandom
import Foundation
import Imaging
package import Settings
import Tasks

/// The tool use of the base model's training data: rare and imprecise, so that reinforcement learning has to find good use.
///
/// Boxes have random offsets and sizes around the target, and calls are random, independent of whether they would help. An
/// answer after a call is right only if the crop happens to show the target.
package struct ToolHabit: Codable, Hashable, Sendable {
    // With equal probabilities below one half, calls would occur in samples but never in greedy answers.
    @Setting("Probability of a call by shape; `callProbability` applies to other shapes.")
    package var callProbabilityByShape: [String: Double] = ["star": 0.6, "cross": 0.6]
    @Setting("Probability of a call for other shapes.", .from(0, to: 1)) package var callProbability = 0.3
    @Setting(
        "Standard deviation of a box's centre from that of the target, relative to the target's side.",
        .atLeast(0))
    package var centreDeviation = 0.4
    @Setting(
        "The same in lessons that give a call and teach to point at what its thought names.",
        .atLeast(0)) package var givenCentreDeviation = 0.1
    @Setting("Side of a box relative to that of the target; log-uniform.") package var scale = 0.8...2.5
    @Setting("Width and height differ from the side by up to this fraction.", .from(0, below: 1))
    package var aspect = 0.25

    @Setting(
        "Probability of a further call where several are allowed, on any of the objects or regions.",
        .from(0, to: 1)) package var furtherCallProbability = 0.5
    @Setting("Probability of a call of any region in a scene of twice the side.", .from(0, to: 1))
    package var regionProbability = 0.5
    @Setting("Side of such a region relative to that of the scene.") package var regionScale = 0.4...0.65

    package init() {}

    /// Whether the question about `object` is answered with a call.
    func calls(for object: Scene.Object, random: inout CounterRandom) -> Bool {
        random.uniform() < callProbabilityByShape[object.shape.rawValue, default: callProbability]
    }

    /// A box around `target`, in whole pixels of a view of `size`; `target` is in the same pixels.
    ///
    /// - Parameters:
    ///   - target: the object.
    ///   - size: of the view.
    ///   - isNamed: whether the thought names the target, so that the box teaches to point.
    ///   - random: random numbers.
    func box(
        around target: Rectangle, in size: ImageSize, isNamed: Bool = false, random: inout CounterRandom
    ) -> Rectangle {
        let side = max(target.width, target.height)
        let centreDeviation = isNamed ? givenCentreDeviation : centreDeviation
        let (x, y) = (
            target.centre.x + random.normal() * centreDeviation * side,
            target.centre.y + random.normal() * centreDeviation * side
        )
        let scale = scale.drawnLogarithmically(&random)
        let width = side * scale * (1 + aspect * (2 * random.uniform() - 1))
        let height = side * scale * (1 + aspect * (2 * random.uniform() - 1))
        let columns = ToolHabit.span(x, width, limit: size.width)
        let rows = ToolHabit.span(y, height, limit: size.height)
        return Rectangle(x1: columns.start, y1: rows.start, x2: columns.end, y2: rows.end)
    }

    /// A box anywhere in a view of `size`.
    func region(in size: ImageSize, random: inout CounterRandom) -> Rectangle {
        func span(_ limit: Int) -> (start: Double, end: Double) {
            let length = Double(limit) * regionScale.drawnLogarithmically(&random)
            return ToolHabit.span(
                length / 2 + random.uniform() * (Double(limit) - length), length, limit: limit)
        }
        let (columns, rows) = (span(size.width), span(size.height))
        return Rectangle(x1: columns.start, y1: rows.start, x2: columns.end, y2: rows.end)
    }

    /// Whole pixels around `centre` within `limit`, at least 3.
    private static func span(
        _ centre: Double, _ length: Double, limit: Int
    ) -> (start: Double, end: Double) {
        let start = min(max((centre - length / 2).rounded(), 0), Double(limit - 3))
        return (start, min(max((centre + length / 2).rounded(), start + 3), Double(limit)))
    }
}

extension ClosedRange<Double> {
    /// A log-uniform random number; the bounds must be above 0.
    func drawnLogarithmically(_ random: inout CounterRandom) -> Double {
        lowerBound * pow(upperBound / lowerBound, random.uniform())
    }
}
