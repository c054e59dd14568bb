/// The pre-tokenization pattern: that of Qwen2, with numbers in groups of up to one, two or three digits.
package struct SplitPattern: Hashable, Sendable {
    /// Maximum digits in one word, 1...3.
    package let digitCount: Int

    package init(digitCount: Int) {
        precondition((1...3).contains(digitCount), "a word of \(digitCount) digits")
        self.digitCount = digitCount
    }

    /// The pattern for a regular expression; nil if it is a different pattern.
    package init?(regex: String) {
        guard let match = Self.all.first(where: { $0.regex == regex }) else { return nil }
        self = match
    }

    static let all = (1...3).map(SplitPattern.init(digitCount:))

    /// The regular expression as in `tokenizer.json`.
    package var regex: String {
        let numbers = digitCount == 1 ? #"\p{N}"# : #"\p{N}{1,\#(digitCount)}"#
        return #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + numbers
            + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    }
}

/// Splits valid UTF-8 into words, equivalent to the regular expression of `SplitPattern`.
///
/// A regex engine is not used: it would be slower, and its Unicode version would depend on the platform.
struct WordScanner {
    private let text: UnsafeBufferPointer<UInt8>
    private let digitCount: Int
    private let properties = UnicodeProperties.shared
    private var position = 0

    init(_ text: UnsafeBufferPointer<UInt8>, pattern: SplitPattern) {
        self.text = text
        digitCount = pattern.digitCount
    }

    private typealias Kind = UnicodeProperties.Kind

    /// The byte range of the next word; nil at the end. The words cover the text without gaps.
    mutating func next() -> Range<Int>? {
        guard position < text.count else { return nil }
        let start = position
        position = wordEnd(start)
        return start..<position
    }

    private func wordEnd(_ start: Int) -> Int {
        let (kind, after) = character(start)
        switch kind {
        case .letter:
            return end(of: .letter, from: after)
        case .number:
            return numberEnd(after)
        case .other:
            if let end = contractionEnd(start) { return end }
            if isKind(.letter, at: after) { return end(of: .letter, from: after) }
            return newlinesEnd(end(of: .other, from: after))
        case .space:
            if isKind(.letter, at: after) { return end(of: .letter, from: after) }
            if text[start] == UInt8(ascii: " "), isKind(.other, at: after) {
                return newlinesEnd(end(of: .other, from: after))
            }
            return spacesEnd(start)
        case .newline:
            return spacesEnd(start)
        }
    }

    @inline(__always)
    private func character(_ start: Int) -> (kind: Kind, end: Int) {
        let (scalar, end) = UTF8Scalars.decode(text, at: start)
        return (properties[scalar].kind, end)
    }

    @inline(__always)
    private func isKind(_ kind: Kind, at position: Int) -> Bool {
        position < text.count && character(position).kind == kind
    }

    @inline(__always)
    private func end(of kind: Kind, from start: Int) -> Int {
        var position = start
        while position < text.count {
            let next = character(position)
            guard next.kind == kind else { break }
            position = next.end
        }
        return position
    }

    /// The end of a group of digits, of which one was already read.
    private func numberEnd(_ start: Int) -> Int {
        var position = start
        for _ in 1..<digitCount where isKind(.number, at: position) {
            position = character(position).end
        }
        return position
    }

    private func newlinesEnd(_ start: Int) -> Int {
        var position = start
        while position < text.count, text[position] == 0x0A || text[position] == 0x0D { position += 1 }
        return position
    }

    /// The end of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d` in any case; nil if there is none.
    private func contractionEnd(_ start: Int) -> Int? {
        guard text[start] == UInt8(ascii: "'"), start + 1 < text.count else { return nil }
        func lowercased(_ index: Int) -> UInt8 { index < text.count ? text[index] | 0x20 : 0 }
        switch lowercased(start + 1) {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
            return start + 2
        case UInt8(ascii: "r") where lowercased(start + 2) == UInt8(ascii: "e"),
            UInt8(ascii: "v") where lowercased(start + 2) == UInt8(ascii: "e"),
            UInt8(ascii: "l") where lowercased(start + 2) == UInt8(ascii: "l"):
            return start + 3
        default:
            // U+017F, the long s, equals s when case is ignored.
            let isLongS = text[start + 1] == 0xC5 && start + 2 < text.count && text[start + 2] == 0xBF
            return isLongS ? start + 3 : nil
        }
    }

    /// The end of a word in a run of white space that starts at `start`: after the last newline of the run, else before its last
    /// character, which belongs to the following word.
    private func spacesEnd(_ start: Int) -> Int {
        var position = start
        var last = start
        var newlinesEnd: Int?
        while position < text.count {
            let (kind, end) = character(position)
            guard kind == .space || kind == .newline else { break }
            last = position
            position = end
            if kind == .newline { newlinesEnd = end }
        }
        if let newlinesEnd { return newlinesEnd }
        return position == text.count || last == start ? position : last
    }
}
