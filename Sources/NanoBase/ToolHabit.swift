import CounterRandom
import Foundation
import Imaging
import Tasks

/// How the base uses the tool: seldom and imprecisely, so that good use is left to be found by reinforcement learning.
///
/// Boxes are drawn around the target with random offsets and sizes; whether the tool is called is a coin toss that
/// knows nothing of whether a call would help. An answer is right only where the crop happened to show the target.
package struct ToolHabit: Codable, Hashable, Sendable {
    /// Probability of a call by shape; `callProbability` for the others. A habit that is the same everywhere would
    /// show in samples but never in the most likely answer.
    package var callProbabilityByShape: [String: Double] = ["star": 0.6, "cross": 0.6]
    package var callProbability = 0.3
    /// Standard deviation of the centre of a box from that of the target, in sides of the target.
    package var centreDeviation = 0.4
    /// Side of a box in sides of the target; the logarithm is drawn evenly.
    package var scale = 0.8...2.5
    /// Width and height differ from the side by up to this fraction.
    package var aspect = 0.25

    package init() {}

    /// Whether the question about `object` is answered with a call.
    func calls(for object: Scene.Object, random: inout CounterRandom) -> Bool {
        random.uniform() < callProbabilityByShape[object.shape.rawValue, default: callProbability]
    }

    /// A box around `target`, in whole pixels of a view of `size`; `target` is in the same pixels.
    func box(around target: Rectangle, in size: ImageSize, random: inout CounterRandom) -> Rectangle {
        let side = max(target.width, target.height)
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

    /// Whole pixels around `centre` within `limit`, at least 3.
    private static func span(
        _ centre: Double, _ length: Double, limit: Int
    ) -> (start: Double, end: Double) {
        let start = min(max((centre - length / 2).rounded(), 0), Double(limit - 3))
        return (start, min(max((centre + length / 2).rounded(), start + 3), Double(limit)))
    }
}

extension ClosedRange<Double> {
    /// A number whose logarithm is uniform between those of the bounds, which are above 0.
    func drawnLogarithmically(_ random: inout CounterRandom) -> Double {
        lowerBound * pow(upperBound / lowerBound, random.uniform())
    }
}
