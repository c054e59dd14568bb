import CounterRandom
import Foundation

/// Statistics by resampling, with a fixed seed.
enum Resampling {
    private static let drawCount = 2000

    /// The 95 % bootstrap interval of the mean of `values`; nil if there are none.
    static func interval(of values: [Double]) -> [Double]? {
        guard !values.isEmpty else { return nil }
        var random = CounterRandom(seed: 1, 0x626F_6F74)
        let means = (0..<drawCount).map { _ in
            let sum = (0..<values.count).reduce(0.0) { sum, _ in
                sum + values[random.integer(below: values.count)]
            }
            return sum / Double(values.count)
        }.sorted()
        return [means[drawCount / 40], means[drawCount - drawCount / 40 - 1]]
    }

    /// The two-sided p-value of the paired randomization test: the probability that random signs give a mean at least as
    /// far from 0 as that of `differences`. Exact for few differences, else estimated from 10,000 draws.
    static func significance(of differences: [Double]) -> Double {
        let moved = differences.filter { $0 != 0 }
        guard !moved.isEmpty else { return 1 }
        let observed = abs(moved.reduce(0, +)) - 1e-9
        if moved.count <= 12 {
            let extreme = (0..<1 << moved.count).count { signs in
                abs(moved.indices.reduce(0.0) { $0 + (signs >> $1 & 1 == 1 ? moved[$1] : -moved[$1]) })
                    >= observed
            }
            return Double(extreme) / Double(1 << moved.count)
        }
        var random = CounterRandom(seed: 1, 0x7369_676E)
        let extreme = (0..<10_000).count { _ in
            var bits: UInt64 = 0
            var sum = 0.0
            for (index, value) in moved.enumerated() {
                if index % 64 == 0 { bits = random.next() }
                sum += bits & 1 == 1 ? value : -value
                bits >>= 1
            }
            return abs(sum) >= observed
        }
        return Double(extreme + 1) / 10_001
    }
}
