/// Python's `random`: the Mersenne twister MT19937, seeded as by `random.seed` with a small integer. Scorers that guess with
/// it can only be reproduced with the same generator.
///
/// Matsumoto and Nishimura, "Mersenne Twister: A 623-dimensionally equidistributed uniform pseudorandom
/// number generator", 1998.
struct PythonRandom {
    private var state: [UInt32]
    private var next = 624

    init(seed: UInt32) {
        state = Self.state(19_650_218)
        // `init_by_array` with a key of one word: n rounds for n words of state, then n - 1.
        var position = 1
        for _ in 0..<624 {
            state[position] = (state[position] ^ (mixed(position - 1) &* 1_664_525)) &+ seed
            advance(&position)
        }
        for _ in 0..<623 {
            state[position] = (state[position] ^ (mixed(position - 1) &* 1_566_083_941)) &- UInt32(position)
            advance(&position)
        }
        state[0] = 0x8000_0000
    }

    private static func state(_ seed: UInt32) -> [UInt32] {
        var words = [seed]
        for index in 1..<624 {
            let last = words[index - 1]
            words.append(1_812_433_253 &* (last ^ (last >> 30)) &+ UInt32(index))
        }
        return words
    }

    private func mixed(_ position: Int) -> UInt32 { state[position] ^ (state[position] >> 30) }

    private mutating func advance(_ position: inout Int) {
        position += 1
        if position == 624 {
            state[0] = state[623]
            position = 1
        }
    }

    private mutating func word() -> UInt32 {
        if next == 624 { renew() }
        var word = state[next]
        next += 1
        word ^= word >> 11
        word ^= (word << 7) & 0x9D2C_5680
        word ^= (word << 15) & 0xEFC6_0000
        return word ^ (word >> 18)
    }

    private mutating func renew() {
        for index in 0..<624 {
            let joined = (state[index] & 0x8000_0000) | (state[(index + 1) % 624] & 0x7FFF_FFFF)
            state[index] = state[(index + 397) % 624] ^ (joined >> 1) ^ (joined & 1 == 0 ? 0 : 0x9908_B0DF)
        }
        next = 0
    }

    /// `random.choice`: draws of just enough bits, repeated until one is a valid index.
    mutating func choice<Element>(of elements: [Element]) -> Element {
        precondition(!elements.isEmpty && elements.count < 1 << 31)
        let bits = UInt32.bitWidth - UInt32(elements.count).leadingZeroBitCount
        while true {
            let position = Int(word() >> UInt32(UInt32.bitWidth - bits))
            if position < elements.count { return elements[position] }
        }
    }
}
