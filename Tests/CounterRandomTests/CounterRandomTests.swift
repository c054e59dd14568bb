import CounterRandom
import Testing

struct CounterRandomTests {
    @Test func aKeyGivesTheSameNumbersEveryTime() {
        var first = CounterRandom(seed: 42, 1, 2, 3)
        var second = CounterRandom(seed: 42, 1, 2, 3)
        #expect((0..<9).map { _ in first.next() } == (0..<9).map { _ in second.next() })
    }

    /// A change of these numbers changes every run that was ever recorded.
    @Test func numbersAreFixedForever() {
        let expected: [UInt64] = [
            10_421_782_087_807_110_834, 15_261_210_023_126_509_288, 11_970_546_529_238_271_550,
        ]
        var random = CounterRandom(seed: 42, 1, 2)
        #expect((0..<3).map { _ in random.next() } == expected)
    }

    @Test func everyPartOfTheKeyMatters() {
        let streams = [
            CounterRandom(seed: 1), CounterRandom(seed: 2), CounterRandom(seed: 1, 0),
            CounterRandom(seed: 1, 1),
            CounterRandom(seed: 1, 0, 0), CounterRandom(seed: 1, 0, 1), CounterRandom(seed: 1, 1, 0),
            CounterRandom(seed: 1 << 32), CounterRandom(seed: 1, 1 << 32), CounterRandom(seed: 1, .max),
        ]
        let firsts = streams.map { stream in
            var stream = stream
            return stream.next()
        }
        #expect(Set(firsts).count == streams.count)
    }

    @Test func aChildIsThePathGoneOneStepFurther() {
        var child = CounterRandom(seed: 9, 4).child(7)
        var path = CounterRandom(seed: 9, 4, 7)
        #expect(child.next() == path.next())
    }

    @Test func drawingDoesNotChangeTheChildren() {
        var parent = CounterRandom(seed: 9)
        var before = parent.child(1)
        _ = parent.next()
        var after = parent.child(1)
        #expect(before.next() == after.next())
    }

    @Test func uniformNumbersFillTheUnitInterval() {
        var random = CounterRandom(seed: 1)
        let values = (0..<20_000).map { _ in random.uniform() }
        #expect(values.allSatisfy { (0..<1).contains($0) })
        #expect(abs(values.reduce(0, +) / 20_000 - 0.5) < 0.01)
        let tenths = Dictionary(grouping: values) { Int($0 * 10) }
        #expect(tenths.count == 10 && tenths.values.allSatisfy { (1800...2200).contains($0.count) })
    }

    @Test func normalNumbersHaveUnitVariance() {
        var random = CounterRandom(seed: 2)
        let values = (0..<20_000).map { _ in random.normal() }
        let mean = values.reduce(0, +) / 20_000
        let variance = values.reduce(0) { $0 + $1 * $1 } / 20_000
        let beyondTwo = values.count { abs($0) > 2 }
        #expect(abs(mean) < 0.03)
        #expect(abs(variance - 1) < 0.05)
        #expect((800...1020).contains(beyondTwo))
    }

    @Test func integersAreEquallyLikely() {
        var random = CounterRandom(seed: 3)
        var counts = [0, 0, 0]
        for _ in 0..<9000 { counts[random.integer(below: 3)] += 1 }
        #expect(counts.allSatisfy { (2800...3200).contains($0) })
    }

    @Test func shufflingReachesEveryOrderEquallyOften() {
        var random = CounterRandom(seed: 4)
        var counts: [[Int]: Int] = [:]
        for _ in 0..<6000 {
            var order = [1, 2, 3]
            random.shuffle(&order)
            counts[order, default: 0] += 1
        }
        #expect(counts.count == 6)
        #expect(counts.values.allSatisfy { (850...1150).contains($0) })
    }
}

/// The known answers that Random123 publishes for philox4x32 with ten rounds.
struct PhiloxTests {
    @Test(
        arguments: [
            (
                SIMD4<UInt32>(0, 0, 0, 0), SIMD2<UInt32>(0, 0),
                SIMD4<UInt32>(0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8)
            ),
            (
                SIMD4(repeating: UInt32.max), SIMD2(repeating: UInt32.max),
                SIMD4(0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD)
            ),
            (
                SIMD4(0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344), SIMD2(0xA409_3822, 0x299F_31D0),
                SIMD4(0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1)
            ),
        ])
    func givesTheKnownAnswer(counter: SIMD4<UInt32>, key: SIMD2<UInt32>, answer: SIMD4<UInt32>) {
        #expect(Philox.block(counter: counter, key: key) == answer)
    }
}
