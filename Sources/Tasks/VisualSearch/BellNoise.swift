import CounterRandom

/// Approximately normal random numbers with mean 0 and standard deviation 1: sums of four uniform ones.
///
/// Unlike the Box-Muller method, which needs a logarithm and a cosine, this gives the same bits on every machine.
struct BellNoise {
    private var random: CounterRandom
    private var spare: UInt64?

    init(_ random: CounterRandom) { self.random = random }

    mutating func next() -> Double {
        let bits: UInt64
        if let half = spare {
            bits = half
            spare = nil
        } else {
            let both = random.next()
            bits = both & 0xFFFF_FFFF
            spare = both >> 32
        }
        // Four integers in 0...255, each with mean 127.5 and variance (256 * 256 - 1) / 12.
        let sum = (bits & 0xFF) + (bits >> 8 & 0xFF) + (bits >> 16 & 0xFF) + bits >> 24
        return (Double(sum) - 510) / 147.801
    }
}
