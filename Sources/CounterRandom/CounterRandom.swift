#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Philox4x32-10 keyed by a seed and a path of counters (Salmon et al., "Parallel random numbers: as easy as
/// 1, 2, 3", SC11).
///
/// The same seed and path give the same numbers on every machine, independent of the order of use.
package struct CounterRandom: RandomNumberGenerator, Sendable {
    private let key: SIMD2<UInt32>
    /// Combined with a stream's key to derive its children: the first digits of √2 and √3.
    private static let childKey = SIMD2<UInt32>(0x6A09_E667, 0xBB67_AE85)
    /// The upper half of the counter identifies the stream; the lower half counts blocks.
    private let stream: UInt64
    private var block: UInt64 = 0
    private var spare: UInt64?

    /// The stream of `path` under `seed`, for instance (seed, step, prompt, sample, token).
    package init(seed: UInt64, _ path: UInt64...) {
        var root = CounterRandom(key: seed, stream: 0)
        for index in path { root = root.child(index) }
        self = root
    }

    private init(key: UInt64, stream: UInt64) {
        self.key = SIMD2(UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key >> 32))
        self.stream = stream
    }

    /// An independent stream; it does not depend on how many numbers were drawn from this one.
    package func child(_ index: UInt64) -> CounterRandom {
        // The first block equals one of this stream's own blocks; the second block, with another key, makes it distinct.
        let mixed = Philox.block(counter: Philox.counter(index, stream), key: key)
        let again = Philox.block(counter: mixed, key: key ^ Self.childKey)
        return CounterRandom(
            key: UInt64(again[0]) | UInt64(again[1]) << 32, stream: UInt64(again[2]) | UInt64(again[3]) << 32)
    }

    package mutating func next() -> UInt64 {
        if let value = spare {
            spare = nil
            return value
        }
        let words = Philox.block(counter: Philox.counter(block, stream), key: key)
        block += 1
        spare = UInt64(words[2]) | UInt64(words[3]) << 32
        return UInt64(words[0]) | UInt64(words[1]) << 32
    }

    /// A number in 0 ..< 1 with 53 random bits.
    package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A normally distributed number with mean 0 and standard deviation 1 (Box and Muller).
    package mutating func normal() -> Double {
        let radius = (-2 * log(1 - uniform())).squareRoot()
        return radius * cos(2 * .pi * uniform())
    }

    /// A uniformly distributed integer in 0 ..< `bound`.
    package mutating func integer(below bound: Int) -> Int {
        Int(next(upperBound: UInt64(bound)))
    }

    /// Shuffles uniformly (Fisher and Yates).
    package mutating func shuffle<Element>(_ array: inout [Element]) {
        for last in stride(from: array.count - 1, to: 0, by: -1) {
            array.swapAt(last, integer(below: last + 1))
        }
    }
}

/// The block function of Philox4x32-10.
package enum Philox {
    static func counter(_ low: UInt64, _ high: UInt64) -> SIMD4<UInt32> {
        SIMD4(
            UInt32(truncatingIfNeeded: low), UInt32(truncatingIfNeeded: low >> 32),
            UInt32(truncatingIfNeeded: high), UInt32(truncatingIfNeeded: high >> 32))
    }

    /// Four random 32-bit words for a counter and a key.
    package static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
        var counter = counter
        var key = key
        for _ in 0..<10 {
            let first = 0xD251_1F53 * UInt64(counter[0])
            let second = 0xCD9E_8D57 * UInt64(counter[2])
            counter = SIMD4(
                UInt32(truncatingIfNeeded: second >> 32) ^ counter[1] ^ key[0],
                UInt32(truncatingIfNeeded: second),
                UInt32(truncatingIfNeeded: first >> 32) ^ counter[3] ^ key[1],
                UInt32(truncatingIfNeeded: first))
            key &+= SIMD2(0x9E37_79B9, 0xBB67_AE85)
        }
        return counter
    }
}
