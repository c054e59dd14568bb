/// A text as Python takes it, a row of code points: the official scorers are written in it, and where they
/// cut and search, a Swift `Character` could be more than one.
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

    /// Where `other` begins for the first time at or after `start`: `str.find`.
    func first(_ other: some StringProtocol, from start: Int = 0) -> Int? {
        let other = Array(other.unicodeScalars)
        guard start <= scalars.count - other.count else { return nil }
        return (start...scalars.count - other.count).first { has(other, at: $0) }
    }

    /// Where `other` begins for the last time: `str.rfind`.
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

    /// Without the scalars of `characters` at both ends, white space if there are none given: `str.strip`.
    func stripped(_ characters: String? = nil) -> PythonText {
        func goes(_ scalar: Unicode.Scalar) -> Bool {
            characters.map { $0.unicodeScalars.contains(scalar) } ?? scalar.isPythonSpace
        }
        let rest = scalars.drop(while: goes)
        return PythonText(rest[rest.startIndex..<(rest.lastIndex { !goes($0) } ?? rest.startIndex - 1) + 1])
    }

    /// Without `characters` at both ends, one after another: what remains of "'A.'" still begins with a
    /// quote.
    func stripped(inTurn characters: String) -> PythonText {
        characters.reduce(self) { $0.stripped(String($1)) }
    }

    /// What stands between the places where `separator` stands: `str.split`.
    func split(by separator: String) -> [PythonText] {
        var (parts, start): ([PythonText], Int) = ([], 0)
        while let place = first(separator, from: start) {
            parts.append(self[start..<place])
            start = place + separator.unicodeScalars.count
        }
        return parts + [self[start..<count]]
    }

    /// What stands between white space.
    var words: [String] {
        scalars.split { $0.isPythonSpace }.map { PythonText($0).string }
    }

    func replacing(_ old: String, with new: String) -> PythonText {
        let parts = split(by: old)
        return PythonText(
            parts.dropFirst().reduce(parts[0].scalars) { $0 + Array(new.unicodeScalars) + $1.scalars })
    }

    /// Each of `characters` as a space.
    func spaced(at characters: String) -> PythonText {
        let unwanted = Set(characters.unicodeScalars)
        return PythonText(scalars.map { unwanted.contains($0) ? " " : $0 })
    }

    var lowercased: PythonText { PythonText(string.lowercased()) }
    var uppercased: PythonText { PythonText(string.uppercased()) }
}

extension Unicode.Scalar {
    /// What `str.isspace` says.
    var isPythonSpace: Bool { properties.isWhitespace || (0x1C...0x1F).contains(value) }

    /// What `str.isalpha` says.
    var isPythonLetter: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }
}

extension Regex {
    /// Matching as Python's `re` does, by code points.
    ///
    /// Not for `\b`, which means its opposite with them in Swift 6.3.
    var likePython: Regex { matchingSemantics(.unicodeScalar) }
}
