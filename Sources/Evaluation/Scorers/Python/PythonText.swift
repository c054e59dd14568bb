/// A string with Python's semantics: a sequence of code points. The official scorers are Python programs, and a Swift
/// `Character` can be several code points.
struct PythonText: Hashable, Sendable {
    let scalars: [Unicode.Scalar]

    init(_ text: some StringProtocol) { scalars = Array(text.unicodeScalars) }

    private init(_ scalars: some Sequence<Unicode.Scalar>) { self.scalars = Array(scalars) }

    var string: String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }

    var count: Int { scalars.count }
    var isEmpty: Bool { scalars.isEmpty }

    subscript(range: Range<Int>) -> PythonText { PythonText(scalars[range.clamped(to: 0..<scalars.count)]) }

    // MARK: Searching

    /// `str.find`: the index of the first occurrence of `other` at or after `start`.
    func first(_ other: some StringProtocol, from start: Int = 0) -> Int? {
        let other = Array(other.unicodeScalars)
        guard start <= scalars.count - other.count else { return nil }
        return (start...scalars.count - other.count).first { has(other, at: $0) }
    }

    /// `str.rfind`: the index of the last occurrence of `other`.
    func last(_ other: some StringProtocol) -> Int? {
        let other = Array(other.unicodeScalars)
        guard other.count <= scalars.count else { return nil }
        return (0...scalars.count - other.count).last { has(other, at: $0) }
    }

    func contains(_ other: some StringProtocol) -> Bool { first(other) != nil }

    func hasPrefix(_ other: some StringProtocol) -> Bool { scalars.starts(with: other.unicodeScalars) }

    func hasSuffix(_ other: some StringProtocol) -> Bool {
        scalars.reversed().starts(with: other.unicodeScalars.reversed())
    }

    private func has(_ other: [Unicode.Scalar], at start: Int) -> Bool {
        scalars[start..<start + other.count].elementsEqual(other)
    }

    // MARK: Cutting

    /// `str.strip`: the text without the given characters, by default white space, at both ends.
    func stripped(_ characters: String? = nil) -> PythonText {
        func goes(_ scalar: Unicode.Scalar) -> Bool {
            characters.map { $0.unicodeScalars.contains(scalar) } ?? scalar.isPythonSpace
        }
        let rest = scalars.drop(while: goes)
        return PythonText(rest[rest.startIndex..<(rest.lastIndex { !goes($0) } ?? rest.startIndex - 1) + 1])
    }

    /// The text with each of `characters` stripped in turn: stripping "." and then "'" differs from stripping both at once.
    func stripped(inTurn characters: String) -> PythonText {
        characters.reduce(self) { $0.stripped(String($1)) }
    }

    /// `str.split(separator)`.
    func split(by separator: String) -> [PythonText] {
        var (parts, start): ([PythonText], Int) = ([], 0)
        while let position = first(separator, from: start) {
            parts.append(self[start..<position])
            start = position + separator.unicodeScalars.count
        }
        return parts + [self[start..<count]]
    }

    /// `str.split()`: the words between white space.
    var words: [String] {
        scalars.split { $0.isPythonSpace }.map { PythonText($0).string }
    }

    func replacing(_ old: String, with new: String) -> PythonText {
        let parts = split(by: old)
        return PythonText(
            parts.dropFirst().reduce(parts[0].scalars) { $0 + Array(new.unicodeScalars) + $1.scalars })
    }

    /// The text with each of `characters` replaced by a space.
    func spaced(at characters: String) -> PythonText {
        let unwanted = Set(characters.unicodeScalars)
        return PythonText(scalars.map { unwanted.contains($0) ? " " : $0 })
    }

    var lowercased: PythonText { PythonText(string.lowercased()) }
    var uppercased: PythonText { PythonText(string.uppercased()) }
}

extension Unicode.Scalar {
    /// `str.isspace`.
    var isPythonSpace: Bool { properties.isWhitespace || (0x1C...0x1F).contains(value) }

    /// `str.isalpha`.
    var isPythonLetter: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }
}

extension Regex {
    /// The regex with Python's semantics: matching by code points.
    ///
    /// Not for patterns with `\b`, which is inverted in this mode in Swift 6.3.
    var likePython: Regex { matchingSemantics(.unicodeScalar) }
}
