import CounterRandom

/// Numbers with mean 0 and standard deviation 1 from a bell-shaped distribution: sums of four uniform ones.
///
/// Unlike those made with a logarithm and a cosine, they have the same bits on every machine.
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
        // Four whole numbers of 0...255, each with mean 127.5 and variance (256 * 256 - 1) / 12.
        let sum = (bits & 0xFF) + (bits >> 8 & 0xFF) + (bits >> 16 & 0xFF) + bits >> 24
        return (Double(sum) - 510) / 147.801
    }
}
