/// Unicode normalization form C, by the tables of the reference implementation.
enum Normalization {
    /// The text in NFC, or nil if it already is.
    ///
    /// Only ranges that fail the quick check of Unicode Standard Annex 15 are decomposed.
    static func composed(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        let properties = UnicodeProperties.shared
        var result: [UInt8] = []
        var position = 0
        var copied = 0  // the end of the text that `result` covers
        var boundary = 0  // the last scalar that does not interact with the text before it
        var previousClass: UInt8 = 0
        while position < text.count {
            // Scalars below U+00C0 are never replaced, composed or reordered.
            if text[position] < 0xC3 {
                boundary = position
                position += text[position] < 0x80 ? 1 : 2
                previousClass = 0
                continue
            }
            let (scalar, end) = UTF8Scalars.decode(text, at: position)
            let entry = properties[scalar]
            if entry.isBoundary {
                boundary = position
            } else if entry.isComposable
                || (entry.combiningClass != 0 && entry.combiningClass < previousClass)
            {
                let end = nextBoundary(text, from: end)
                result.append(contentsOf: text[copied..<boundary])
                appendComposed(UnsafeBufferPointer(rebasing: text[boundary..<end]), to: &result)
                (position, copied, boundary, previousClass) = (end, end, end, 0)
                continue
            }
            previousClass = entry.combiningClass
            position = end
        }
        guard copied > 0 else { return nil }
        result.append(contentsOf: text[copied...])
        return result
    }

    private static func nextBoundary(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var position = start
        while position < text.count {
            let (scalar, end) = UTF8Scalars.decode(text, at: position)
            if UnicodeProperties.shared[scalar].isBoundary { break }
            position = end
        }
        return position
    }

    private static func appendComposed(_ text: UnsafeBufferPointer<UInt8>, to result: inout [UInt8]) {
        var scalars = orderedDecomposition(text)
        compose(&scalars)
        for scalar in scalars { UTF8Scalars.append(scalar.value, to: &result) }
    }

    private struct Scalar {
        let value: UInt32
        let combiningClass: UInt8
    }

    /// Canonical decomposition with combining marks in canonical order.
    private static func orderedDecomposition(_ text: UnsafeBufferPointer<UInt8>) -> [Scalar] {
        var result: [Scalar] = []
        var position = 0
        var firstMark = 0  // index in `result` of the first of the marks at its end
        while position < text.count {
            let (scalar, end) = UTF8Scalars.decode(text, at: position)
            position = end
            let start = result.count
            appendDecomposition(of: scalar, to: &result)
            for index in start..<result.count {
                let mark = result[index]
                guard mark.combiningClass != 0 else {
                    firstMark = index + 1
                    continue
                }
                var target = index
                while target > firstMark, result[target - 1].combiningClass > mark.combiningClass {
                    result[target] = result[target - 1]
                    target -= 1
                }
                result[target] = mark
            }
        }
        return result
    }

    private static func appendDecomposition(of scalar: UInt32, to result: inout [Scalar]) {
        let properties = UnicodeProperties.shared
        let entry = properties[scalar]
        if entry.isDecomposable, let (first, second) = properties.decompositions[scalar] {
            appendDecomposition(of: first, to: &result)
            if second != 0 { appendDecomposition(of: second, to: &result) }
        } else if let jamo = Hangul.jamo(of: scalar) {
            for value in jamo { result.append(Scalar(value: value, combiningClass: 0)) }
        } else {
            result.append(Scalar(value: scalar, combiningClass: entry.combiningClass))
        }
    }

    /// Composes each scalar with the last starter before it, unless a scalar in between blocks it.
    private static func compose(_ scalars: inout [Scalar]) {
        let properties = UnicodeProperties.shared
        var count = 0
        var starter: Int?
        for index in scalars.indices {
            let scalar = scalars[index]
            if let starterIndex = starter {
                let previousClass = starterIndex == count - 1 ? 0 : scalars[count - 1].combiningClass
                let isBlocked = starterIndex < count - 1 && previousClass >= scalar.combiningClass
                let base = scalars[starterIndex].value
                if !isBlocked, properties[scalar.value].isComposable,
                    let joined = Hangul.syllable(base, scalar.value)
                        ?? properties.compositions[UInt64(base) << 32 | UInt64(scalar.value)]
                {
                    scalars[starterIndex] = Scalar(value: joined, combiningClass: 0)
                    continue
                }
            }
            scalars[count] = scalar
            if scalar.combiningClass == 0 { starter = count }
            count += 1
        }
        scalars.removeLast(scalars.count - count)
    }
}

/// Hangul syllables, which compose by arithmetic (The Unicode Standard, section 3.12).
enum Hangul {
    static let leaders: ClosedRange<UInt32> = 0x1100...0x1112
    static let vowels: ClosedRange<UInt32> = 0x1161...0x1175
    static let trailers: ClosedRange<UInt32> = 0x11A8...0x11C2
    private static let syllables: ClosedRange<UInt32> = 0xAC00...0xD7A3

    /// The two or three jamo of a syllable; nil for any other scalar.
    static func jamo(of scalar: UInt32) -> [UInt32]? {
        guard syllables.contains(scalar) else { return nil }
        let index = scalar - syllables.lowerBound
        let (leader, vowel, trailer) = (index / 588, index % 588 / 28, index % 28)
        let open = [leaders.lowerBound + leader, vowels.lowerBound + vowel]
        return trailer == 0 ? open : open + [trailers.lowerBound - 1 + trailer]
    }

    /// The syllable of a leader and a vowel, or of an open syllable and a trailer.
    static func syllable(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if leaders.contains(first), vowels.contains(second) {
            let index = (first - leaders.lowerBound) * 588 + (second - vowels.lowerBound) * 28
            return syllables.lowerBound + index
        }
        if syllables.contains(first), trailers.contains(second), (first - syllables.lowerBound) % 28 == 0 {
            return first + second - (trailers.lowerBound - 1)
        }
        return nil
    }
}
