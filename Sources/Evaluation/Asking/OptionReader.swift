import Agent
import Tasks

/// Reads which option an answer names, by letter or by text.
///
/// Statements such as "the answer is B" decide first, then a letter at the start, then a single letter in brackets, then
/// mentions such as "option B", then the text of an option. Statements that an option is wrong do not count.
package struct OptionReader {
    private let answer: String
    /// The options' texts, normalized as for an exact match.
    private let texts: [String]

    /// - Parameters:
    ///   - answer: the extracted answer.
    ///   - options: the texts of the options, in the order of their letters; empty for a letter without an option.
    package init(_ answer: String, options: [String]) {
        self.answer = PlainAnswer(answer).text
        texts = options.map { ExactMatchJudge.normalized($0) }
    }

    /// The index of the option that the answer names; nil if it names none, or several.
    package var index: Int? {
        let text = ExactMatchJudge.normalized(answer)
        if !text.isEmpty, let exact = texts.firstIndex(of: text) { return exact }
        if let alone = Self.loneLetter(answer[...]).flatMap(option) { return alone }
        switch stated {
        case .option(let index)?: return index
        case .several?: return nil
        case nil: break
        }
        return bracketed ?? leading ?? mentioned ?? named(in: text)
    }

    private func option(_ letter: Substring) -> Int? {
        OptionLetters.index(of: letter).flatMap { $0 < texts.count ? $0 : nil }
    }

    /// The letter of a text that is nothing else: "B", "(b)", "[B]", "B.", "option B".
    private static func loneLetter(_ text: Substring) -> Substring? {
        text.trimmed.wholeMatch(of: /(?:[Oo]ption |选项)?[(\[]?([A-Za-z])[)\]]?[.:,]?/)?.output.1
    }

    // MARK: Statements

    private enum Statement: Hashable {
        case option(Int)
        case several
    }

    /// What the last statement of the answer says; the last counts, because a model may change its mind.
    private var stated: Statement? {
        let starts = Self.openings.flatMap { answer.matches(of: $0).map(\.range.upperBound) }
        var statements = starts.compactMap { start in
            statement(at: start).map { (position: start, statement: $0) }
        }
        for match in answer.matches(of: Self.judgement) {
            let isWord = answer[..<match.range.lowerBound].last.map { $0.isLetter || $0 == "'" } ?? false
            if !isWord, let index = option(match.output.1) {
                statements.append((match.range.lowerBound, .option(index)))
            }
        }
        if let last = statements.max(by: { $0.position < $1.position }) { return last.statement }
        let lines = answer.split(whereSeparator: \.isNewline)
        guard lines.count > 1, let last = lines.last else { return nil }
        return Self.loneLetter(last).flatMap(option).map(Statement.option)
    }

    /// "The answer is", "Answer:", "I choose", "答案是"; the option follows.
    private static var openings: [Regex<Substring>] {
        let verb = /\b(?:choose|chose|pick|select|go(?:ing)? with)\b\s*/
        let noun =
            /\b(?:answer|choice)\b(?:\s+(?:is|was|(?:must|should|would|will|has to) be))?\s*[:=]?\s*/
        let chinese = /(?:答案(?:应该|应)?(?:是|为)?\s*:?|(?:故|应|应该)?选择?(?!项))\s*/
        let option = /\boption\b(?:\s+is\b\s*:?|\s*:)\s*/
        return [noun, verb, option, chinese].map { $0.ignoresCase().wordBoundaryKind(.simple) }
    }

    /// "B is correct", "(B) is the right answer"; not "B is not correct".
    private static var judgement: Regex<(Substring, Substring)> {
        /([A-Z])[)\]]?\s+is\s+(?:the\s+)?(?:most\s+)?(?:correct|right|best|answer)(?![\w\-])/
    }

    private func statement(at start: String.Index) -> Statement? {
        let rest = answer[start...]
        if let index = optionStarting(rest) { return .option(index) }
        guard
            let match = rest.prefixMatch(
                of: /(?:(?i:option|choice|letter) |选项)?[(\[]?([A-Z])[)\]]?(?![A-Za-z'])/)
        else { return Self.loneLetter(rest.prefix { !$0.isNewline }).flatMap(option).map(Statement.option) }
        let after = rest[match.range.upperBound...]
        guard let index = option(match.output.1), !Self.isDenied(after) else { return nil }
        if let other = after.prefixMatch(of: Self.alternative), option(other.output.1) != nil,
            !Self.isDenied(after[other.range.upperBound...])
        {
            return .several
        }
        return match.output.1 == "A" && Self.isArticle(before: after) ? nil : .option(index)
    }

    /// The option whose text stands at the start of `rest`.
    private func optionStarting(_ rest: Substring) -> Int? {
        let text = ExactMatchJudge.normalized(String(rest.prefix(200)))
        let found = texts.indices.filter { index in
            texts[index].count > 1 && text.hasPrefix(texts[index])
                && Self.isWord(
                    text.startIndex..<text.index(text.startIndex, offsetBy: texts[index].count), of: text)
        }
        return found.max { texts[$0].count < texts[$1].count }
    }

    /// "or C" after a letter.
    private static var alternative: Regex<(Substring, Substring)> {
        /\s*(?:or|and|\/|,|或|和|、)\s*[(\[]?([A-Z])[)\]]?(?![A-Za-z'])/
    }

    /// Whether the A before `rest` is the article of a noun, not a letter: "A man", but not "A because".
    private static func isArticle(before rest: Substring) -> Bool {
        guard let word = rest.prefixMatch(of: /\s([a-z]+)/)?.output.1 else { return false }
        return !continuations.contains(String(word))
    }

    private static let continuations: Set = [
        "because", "since", "as", "and", "or", "but", "which", "for", "so", "due", "given", "not", "is",
        "based",
        "if", "while", "with", "in", "by", "from", "that", "the", "it", "rather", "instead", "where", "here",
    ]

    /// Whether `rest` says that what stands before it is wrong.
    private static func isDenied(_ rest: Substring) -> Bool {
        denials.contains { rest.prefixMatch(of: $0) != nil }
    }

    private static var denials: [Regex<Substring>] {
        let verb = /\s*(?:isn't|wasn't|can't|cannot|doesn't|does not|do not)\b/
        let adjective =
            /\s*(?:is|are|was|were|seems|looks|would be|can be)?\s*(?:also\s+|clearly\s+)?(?:not|wrong|false)\b/
        let others =
            /\s*(?:is|are)\s+(?:incorrect|invalid|impossible|unlikely|ruled out|eliminated|excluded)\b/
        let chinese = /\s*是?(?:错|不|误)/
        return [verb, adjective, others, chinese].map { $0.ignoresCase().wordBoundaryKind(.simple) }
    }

    // MARK: Letters

    private var bracketed: Int? {
        let mentions = answer.matches(of: /[(\[]([A-Z])[)\]]/)
        let letters = Set(
            mentions.filter { !Self.isDenied(answer[$0.range.upperBound...]) }
                .compactMap { option($0.output.1) })
        return letters.count == 1 ? letters.first : nil
    }

    /// The letter before the answer's text, as in "B. A bus".
    private var leading: Int? {
        let isBracketed = answer.contains(/[(\[][A-Z][)\]]/)
        return isBracketed
            ? nil : answer.prefixMatch(of: /([A-Z])[.:,)](?=\s)/).flatMap { option($0.output.1) }
    }

    /// The last option mentioned as "option B" that is not said to be wrong.
    private var mentioned: Int? {
        let mentions = answer.matches(of: /(?:[Oo]ption\s|选项\s*)[(\[]?([A-Z])[)\]]?(?![A-Za-z'])/)
        return mentions.filter { !Self.isDenied(answer[$0.range.upperBound...]) }
            .compactMap { option($0.output.1) }.last
    }

    // MARK: Texts

    /// The only option whose text occurs in `text` as whole words.
    private func named(in text: String) -> Int? {
        let named = texts.indices.filter { index in
            !texts[index].isEmpty && text.ranges(of: texts[index]).contains { Self.isWord($0, of: text) }
        }
        // If one named option contains another ("red", "dark red"), the longer one is meant.
        let meant = named.filter { index in
            !named.contains { $0 != index && texts[$0].contains(texts[index]) }
        }
        return meant.count == 1 ? meant[0] : nil
    }

    /// Whether no word or number continues beyond `range`. Ideographs are words by themselves.
    private static func isWord(_ range: Range<String.Index>, of text: String) -> Bool {
        guard let first = text[range].first, let last = text[range].last else { return false }
        return !continues(first, in: text[..<range.lowerBound].reversed())
            && !continues(last, in: Array(text[range.upperBound...].prefix(2)))
    }

    /// Whether the word or number that ends with `edge` goes on in the characters next to it; 12 goes on in 12.5.
    private static func continues(_ edge: Character, in neighbours: [Character]) -> Bool {
        guard let next = neighbours.first else { return false }
        if areJoined(edge, next) { return true }
        return edge.isNumber && ".,".contains(next) && neighbours.count > 1 && neighbours[1].isNumber
    }

    private static func areJoined(_ first: Character, _ second: Character) -> Bool {
        [first, second].allSatisfy { ($0.isLetter || $0.isNumber) && !isIdeograph($0) }
    }

    private static func isIdeograph(_ character: Character) -> Bool {
        character.unicodeScalars.contains {
            $0.properties.isIdeographic || (0x3040...0x30FF).contains($0.value)
        }
    }
}
