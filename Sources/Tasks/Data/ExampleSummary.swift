import Agent
package import Imaging

/// Statistics of a set of questions.
package struct ExampleSummary: Sendable {
    /// Minimum, median and maximum of a set of sizes.
    package struct Spread<Value: Sendable>: Sendable {
        package let minimum: Value
        package let median: Value
        package let maximum: Value
    }

    package private(set) var count = 0
    /// For each property, the number of questions with each value.
    package private(set) var counts: [Property: [String: Int]] = [:]
    private var sizes: [ImageSize] = []
    private var tokenCounts: [Int] = []

    /// A property by which questions are counted.
    package enum Property: String, CaseIterable, Sendable {
        case kind, tools, reward, images, boxes
    }

    package init() {}

    /// - Parameters:
    ///   - example: the example to count.
    ///   - tokenCount: the length of its prompt, if a model's tokenizer is available.
    package mutating func add(_ example: Example, tokenCount: Int? = nil) {
        count += 1
        let values: [Property: String] = [
            .kind: example.kind,
            .tools: example.tools.isEmpty ? "none" : example.tools.joined(separator: ", "),
            .reward: example.rewardKind.rawValue,
            .images: example.images.count == 1 ? "1 image" : "\(example.images.count) images",
            .boxes: example.groundTruthBoxes.isEmpty ? "without" : "with",
        ]
        for (property, value) in values { counts[property, default: [:]][value, default: 0] += 1 }
        sizes += example.images.map(\.size)
        if let tokenCount { tokenCounts.append(tokenCount) }
    }

    /// Image sizes, ordered by number of pixels; nil without images.
    package var imageSizes: Spread<ImageSize>? { Self.spread(sizes) { ($0.pixelCount, $0.width) } }

    /// Prompt lengths; nil if they were not counted.
    package var promptTokens: Spread<Int>? { Self.spread(tokenCounts) { ($0, 0) } }

    private static func spread<Value>(_ values: [Value], by size: (Value) -> (Int, Int)) -> Spread<Value>? {
        let sorted = values.sorted { size($0) < size($1) }
        guard let first = sorted.first, let last = sorted.last else { return nil }
        return Spread(minimum: first, median: sorted[sorted.count / 2], maximum: last)
    }
}
