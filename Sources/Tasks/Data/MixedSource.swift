import CounterRandom
import Synchronization

/// A weighted mixture of sources. Finite sources are reshuffled in every epoch (`order(by:)`).
///
/// The example at an index depends only on seed, weights and sizes, so that a run can be resumed anywhere.
package final class MixedSource: ExampleSource {
    /// A source with its weight.
    package struct Part: Sendable {
        package let source: any ExampleSource
        package let weight: Double

        package init(_ source: any ExampleSource, weight: Double = 1) {
            precondition(weight > 0, "a weight of \(weight)")
            self.source = source
            self.weight = weight
        }
    }

    private static let cycleLength = 1000

    private let parts: [Part]
    private let random: CounterRandom
    /// For each slot of a cycle, its part, and the number of earlier slots of the same part. [slot]
    private let slots: [(part: Int, rank: Int)]
    /// The number of slots of each part in a cycle. [part]
    private let counts: [Int]
    /// The order of the latest epoch of each part. [part]
    private let orders: Mutex<[Int: (round: Int, order: [Int32])]>

    package init(_ parts: [Part], seed: UInt64) {
        precondition(!parts.isEmpty, "a mixture needs at least one part")
        self.parts = parts
        random = CounterRandom(seed: seed, 0x6D69_78)
        counts = Self.slotCounts(for: parts.map(\.weight))
        var owners = counts.enumerated().flatMap { Array(repeating: $0, count: $1) }
        var shuffling = random.child(0)
        shuffling.shuffle(&owners)
        var seen = Array(repeating: 0, count: parts.count)
        slots = owners.map { part in
            defer { seen[part] += 1 }
            return (part, seen[part])
        }
        orders = Mutex([:])
    }

    /// Endless unless there is a single finite part: finite parts start over.
    package var count: Int? { parts.count == 1 ? parts[0].source.count : nil }

    package func example(at index: Int) async throws -> Example {
        let (cycle, slot) = index.quotientAndRemainder(dividingBy: Self.cycleLength)
        let (part, rank) = slots[slot]
        let position = cycle * counts[part] + rank
        let source = parts[part].source
        guard let count = source.count else { return try await source.example(at: position) }
        let (round, step) = position.quotientAndRemainder(dividingBy: count)
        return try await source.example(at: row(step, round: round, part: part))
    }

    private func row(_ step: Int, round: Int, part: Int) -> Int {
        orders.withLock { orders in
            if let known = orders[part], known.round == round { return Int(known.order[step]) }
            let order = parts[part].source.order(
                by: random.child(UInt64(part + 1)).child(UInt64(round)))
            orders[part] = (round, order)
            return Int(order[step])
        }
    }

    /// Distributes the slots of a cycle in proportion to `weights`, by largest remainder, with at least one per part.
    private static func slotCounts(for weights: [Double]) -> [Int] {
        let total = weights.reduce(0, +)
        let exact = weights.map { $0 / total * Double(cycleLength) }
        var counts = exact.map { max(1, Int($0)) }
        while counts.reduce(0, +) < cycleLength {
            let next = counts.indices.max { exact[$0] - Double(counts[$0]) < exact[$1] - Double(counts[$1]) }!
            counts[next] += 1
        }
        while counts.reduce(0, +) > cycleLength {
            counts[counts.indices.max { counts[$0] < counts[$1] }!] -= 1
        }
        return counts
    }
}
