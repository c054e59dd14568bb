package import Imaging

/// A stored trajectory: plain values that suffice to display it, judge it and recreate its crops.
package struct TrajectoryRecord: Sendable, Equatable {
    /// Whether the trajectory is from training or from an evaluation.
    package var origin: TrajectoryOrigin
    package var step: Int
    /// Index of the prompt within the step; `sample` is the index within the prompt's group.
    package var group: Int
    package var sample: Int
    package var exampleID: String
    package var kind: String
    package var question: String
    /// The right answer; empty if unknown, as for a user's question.
    package var expected: String
    /// The content of the answer tags; nil if there are none.
    package var answer: String?
    /// The example's images, in prompt order.
    package var images: [ImageReference]
    /// In pixels of the first image at its original size.
    package var groundTruthBoxes: [Rectangle]
    package var segments: [SegmentRecord]
    package var calls: [CallRecord]
    /// Reward components, in the order of their summation.
    package var rewards: [RewardRecord]
    package var reward: Double
    package var advantage: Double
    package var isCorrect: Bool
    package var hasFormatError: Bool
    /// Why the trajectory ended, such as `answered` or `turnLimit`.
    package var finish: String
    /// What it did with its tools.
    package var patterns: [ThinkingPattern] = []

    package init(
        origin: TrajectoryOrigin = .training, step: Int, group: Int, sample: Int, exampleID: String,
        kind: String,
        question: String, expected: String, answer: String?, images: [ImageReference],
        groundTruthBoxes: [Rectangle], segments: [SegmentRecord], calls: [CallRecord],
        rewards: [RewardRecord],
        reward: Double, advantage: Double, isCorrect: Bool, hasFormatError: Bool, finish: String
    ) {
        self.origin = origin
        self.step = step
        self.group = group
        self.sample = sample
        self.exampleID = exampleID
        self.kind = kind
        self.question = question
        self.expected = expected
        self.answer = answer
        self.images = images
        self.groundTruthBoxes = groundTruthBoxes
        self.segments = segments
        self.calls = calls
        self.rewards = rewards
        self.reward = reward
        self.advantage = advantage
        self.isCorrect = isCorrect
        self.hasFormatError = hasFormatError
        self.finish = finish
    }

    /// The segments before the first completion; equal for all samples of a group.
    package var prompt: ArraySlice<SegmentRecord> {
        segments.prefix { $0.kind == .prompt }
    }

    /// The number of generated tokens.
    package var completionTokenCount: Int {
        segments.reduce(0) { $0 + ($1.kind == .completion ? $1.tokens.count : 0) }
    }

    /// Intersection over union of the first cropped box with the best-matching ground-truth box; nil if either is missing.
    ///
    /// Ground truth refers to the first image: a box in another image has no overlap.
    package var firstBoxIoU: Double? { calls.first(where: \.isCut).flatMap(overlap) }

    /// The same for the box of a call.
    package func overlap(of call: CallRecord) -> Double? {
        guard let box = call.box, call.isCut, !groundTruthBoxes.isEmpty else { return nil }
        return call.image == 0 ? box.bestOverlap(with: groundTruthBoxes) : 0
    }
}

/// The origin of a trajectory: training, or a named evaluation.
package enum TrajectoryOrigin: Sendable, Hashable, CustomStringConvertible {
    case training
    case evaluation(String)

    package var description: String {
        switch self {
        case .training: "training"
        case .evaluation(let name): "evaluation/\(name)"
        }
    }

    package init(_ description: String) {
        let prefix = "evaluation/"
        self =
            description.hasPrefix(prefix)
            ? .evaluation(String(description.dropFirst(prefix.count))) : .training
    }
}

/// A segment of a trajectory's tokens: prompt, completion or observation.
package struct SegmentRecord: Sendable, Equatable {
    package enum Kind: String, Sendable {
        case prompt
        case completion
        case observation
    }

    package var kind: Kind
    package var text: String
    package var tokens: [Int32]
    /// One per token of a completion; empty for other segments.
    package var logProbabilities: [Float]
    /// The version of the weights that sampled a completion.
    package var policyVersion: Int
    /// The images inside the segment, in order.
    package var views: [ViewRecord]

    package init(
        kind: Kind, text: String, tokens: [Int32], logProbabilities: [Float] = [], policyVersion: Int = 0,
        views: [ViewRecord] = []
    ) {
        self.kind = kind
        self.text = text
        self.tokens = tokens
        self.logProbabilities = logProbabilities
        self.policyVersion = policyVersion
        self.views = views
    }
}

/// A tool call with its arguments, box, and error if it failed.
package struct CallRecord: Sendable, Equatable, Codable {
    /// Index of the completion segment that made the call; the reply is the segment after it.
    package var segment: Int
    package var name: String
    /// The arguments as the model wrote them.
    package var arguments: String
    /// Index of the example's image that the box refers to; for a crop, the image it was cut from. Nil for an image created
    /// by a tool, and for a call without an image.
    package var image: Int?
    /// In pixels of that image at its original size, after clamping and enlarging.
    package var box: Rectangle?
    /// As generated, in the coordinate frame of the image as the model saw it.
    package var viewBox: Rectangle?
    package var error: String?

    package init(
        segment: Int, name: String, arguments: String, image: Int? = nil, box: Rectangle? = nil,
        viewBox: Rectangle? = nil, error: String? = nil
    ) {
        self.segment = segment
        self.name = name
        self.arguments = arguments
        self.image = image
        self.box = box
        self.viewBox = viewBox
        self.error = error
    }

    /// Whether the call returned a crop.
    package var isCut: Bool { error == nil && box != nil }
}

/// An image as the model saw it: a region of an example's image, rotated and resized.
package struct ViewRecord: Sendable, Equatable, Codable {
    /// Index of the example's image; nil for an image created by a tool.
    package var image: Int?
    /// In pixels of that image at its original size.
    package var region: Rectangle
    /// Clockwise, in degrees.
    package var rotation: Int
    /// Size after resizing, in pixels.
    package var width: Int
    package var height: Int

    package init(image: Int?, region: Rectangle, rotation: Int = 0, width: Int, height: Int) {
        self.image = image
        self.region = region
        self.rotation = rotation
        self.width = width
        self.height = height
    }
}

extension TrajectoryRecord {
    /// The component that marks a trajectory without a verdict; its reward is meaningless.
    package static let unjudgedMark = "unjudged"

    package var isUnjudged: Bool { rewards.contains { $0.name == Self.unjudgedMark } }
}

/// A reward component by name.
package struct RewardRecord: Sendable, Equatable, Codable {
    package var name: String
    package var value: Double

    package init(_ name: String, _ value: Double) {
        self.name = name
        self.value = value
    }
}

/// How to load or regenerate an example's image, and its size in pixels.
package struct ImageReference: Sendable, Equatable, Codable {
    package enum Source: Sendable, Equatable, Codable {
        /// A file on disk.
        case file(path: String)
        /// Image `image` of the example at `index` in the example source with description `source` and the given seed.
        case example(source: String, seed: UInt64, index: Int, image: Int)
    }

    package var source: Source
    package var width: Int
    package var height: Int

    package init(_ source: Source, width: Int, height: Int) {
        self.source = source
        self.width = width
        self.height = height
    }
}
