import CounterRandom
import Foundation
import Tasks

/// Which prompts come next. A checkpoint holds it, so that a resumed run asks the same.
package struct PromptOrder: Codable, Sendable, Equatable {
    /// Number of prompts asked for so far.
    package private(set) var position = 0
    /// Running pass rates by example. Empty without a curriculum.
    private var passRates: [Int: Double] = [:]

    /// - Parameter position: the number of prompts asked for so far.
    package init(position: Int = 0) { self.position = position }

    /// The indices of the next prompts: in turn, or by the curriculum.
    ///
    /// - Parameters:
    ///   - count: the number of prompts.
    ///   - examples: the number of examples of the source; nil if it has no end.
    ///   - curriculum: how to draw.
    ///   - seed: the run's seed.
    package mutating func next(
        _ count: Int, of examples: Int?, by curriculum: Curriculum, seed: UInt64
    ) -> [Int] {
        defer { position += count }
        guard curriculum.isOn, let examples else { return Array(position..<position + count) }
        // The smallest of exponential times with these rates are a draw without replacement by weight.
        let times = (0..<examples).map { index in
            var random = CounterRandom(seed: seed, UInt64(position), UInt64(index))
            let rate = passRates[index].map { max(curriculum.floor, 4 * $0 * (1 - $0)) } ?? 1
            return -log(1 - random.uniform()) / max(rate, 1e-9)
        }
        let order = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
        return (0..<count).map { order[$0 % examples] }
    }

    /// Notes how often the examples were answered rightly.
    package mutating func observe(_ groups: [TrajectoryGroup], examples: Int?, by curriculum: Curriculum) {
        guard curriculum.isOn, let examples else { return }
        for group in groups where !group.judged.isEmpty {
            let right = Double(group.judged.count { $0.reward.isCorrect }) / Double(group.judged.count)
            let place = group.index % examples
            let old = passRates[place] ?? right
            passRates[place] = old + curriculum.memory * (right - old)
        }
    }
}
