import CounterRandom
import Synchronization

/// Several sources in one, each as often as its weight says, finite ones in a new order in each round through them
/// (`order(by:)`).
///
/// Which example an index names depends on seed, weights and sizes alone, so that a run goes on anywhere.
package final class MixedSource: ExampleSource {
    /// A source and how often it is asked.
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
    /// Which part each place of a cycle belongs to, and how many places before it in the cycle do. [place]
    private let places: [(part: Int, rank: Int)]
    /// Places of each part in a cycle. [part]
    private let counts: [Int]
    /// The order of the newest round through each part. [part]
    private let orders: Mutex<[Int: (round: Int, order: [Int32])]>

    package init(_ parts: [Part], seed: UInt64) {
        precondition(!parts.isEmpty, "a mixture of nothing")
        self.parts = parts
        random = CounterRandom(seed: seed, 0x6D69_78)
        counts = Self.shares(of: parts.map(\.weight))
        var owners = counts.enumerated().flatMap { Array(repeating: $0, count: $1) }
        var shuffling = random.child(0)
        shuffling.shuffle(&owners)
        var seen = Array(repeating: 0, count: parts.count)
        places = owners.map { part in
            defer { seen[part] += 1 }
            return (part, seen[part])
        }
        orders = Mutex([:])
    }

    /// No end: finite parts start over.
    package var count: Int? { parts.count == 1 ? parts[0].source.count : nil }

    package func example(at index: Int) async throws -> Example {
        let (cycle, place) = index.quotientAndRemainder(dividingBy: Self.cycleLength)
        let (part, rank) = places[place]
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

    /// Places of a cycle in proportion to `weights`, by largest remainder; at least one each.
    private static func shares(of weights: [Double]) -> [Int] {
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
