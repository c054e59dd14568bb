package import Agent
package import Imaging
import JSON

/// How well the crops of a trajectory show what was asked for.
package struct BoxQuality: Hashable, Sendable, Codable {
    /// Intersection over union of the first crop with the ground-truth box it fits best.
    package let first: Double
    /// The same for the crop that fits best.
    package let best: Double

    /// Compares crops, as they were cut, with the ground truth; nil if there is no crop or no ground truth.
    ///
    /// - Parameters:
    ///   - crops: in pixels of the original, in the order in which they were cut.
    ///   - groundTruth: in pixels of the same original.
    package init?(crops: [Rectangle], groundTruth: [Rectangle]) {
        guard !groundTruth.isEmpty else { return nil }
        let overlaps = crops.map { crop in
            groundTruth.map { crop.intersectionOverUnion(with: $0) }.max() ?? 0
        }
        guard let first = overlaps.first, let best = overlaps.max() else { return nil }
        self.first = first
        self.best = best
    }

    /// Compares the successful cuts of `trajectory` with the ground-truth boxes of its example.
    package init?(of trajectory: Trajectory, for example: Example) {
        self.init(
            crops: trajectory.toolCalls.compactMap { $0.failure == nil ? $0.cut?.original : nil },
            groundTruth: example.groundTruthBoxes)
    }
}

/// Reads a box that a model gave as its answer.
package enum BoxAnswer {
    /// The box in `{"bbox_2d": [x1, y1, x2, y2]}` or `[x1, y1, x2, y2]`, in the frame of the model; nil if the
    /// text is nothing of the kind, or the box is inverted.
    package static func box(in text: String) -> Rectangle? {
        guard let value = try? JSONValue(parsing: text) else { return nil }
        let elements = (value["bbox_2d"] ?? value).array ?? []
        let numbers = elements.compactMap(\.number)
        guard elements.count == 4, numbers.count == 4, numbers[0] <= numbers[2], numbers[1] <= numbers[3]
        else { return nil }
        return Rectangle(x1: numbers[0], y1: numbers[1], x2: numbers[2], y2: numbers[3])
    }
}
