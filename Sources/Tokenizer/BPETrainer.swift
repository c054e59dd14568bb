/// Trains a byte-level BPE vocabulary on a corpus. The result does not depend on the order of the texts.
///
/// Ids are assigned in this order: the 256 bytes, numbers, learned tokens, added tokens. Without `largestNumber`, the merges
/// equal those of the trainer in the `tokenizers` package.
package struct BPETrainer: Sendable {
    /// Total number of tokens; fewer if the corpus has no more pairs to merge.
    package var vocabularySize: Int
    package var pattern: SplitPattern
    /// Contents of the added tokens. They are excluded from training; those that are not tags become special.
    package var addedTokens: [String]
    /// If set, every integer from 0 to this one is a single token.
    package var largestNumber: Int?
    /// Pairs with fewer occurrences are not merged.
    package var minimumCount: Int

    package init(
        vocabularySize: Int, pattern: SplitPattern = SplitPattern(digitCount: 1), addedTokens: [String],
        largestNumber: Int? = nil, minimumCount: Int = 2
    ) {
        self.vocabularySize = vocabularySize
        self.pattern = pattern
        self.addedTokens = addedTokens
        self.largestNumber = largestNumber
        self.minimumCount = minimumCount
    }

    /// Trains on `corpus`.
    ///
    /// - Throws: `TokenizerError` if the vocabulary is too small for its required tokens, or if the split pattern would split
    ///   the largest number.
    package func train(on corpus: some Sequence<String>) throws(TokenizerError) -> TokenizerDefinition {
        var vocabulary = GrowingVocabulary()
        if let largestNumber { try addNumbers(upTo: largestNumber, to: &vocabulary) }
        let learnedEnd = vocabularySize - addedTokens.count
        guard vocabulary.index.strings.count <= learnedEnd else {
            throw TokenizerError(
                .invalidRequest, "training a vocabulary",
                "\(vocabularySize) tokens cannot hold \(vocabulary.index.strings.count) bytes and numbers "
                    + "and \(addedTokens.count) added tokens; ask for more")
        }
        var words = WordCounts(countedWords(corpus), vocabulary)
        while vocabulary.index.strings.count < learnedEnd,
            let (left, right) = words.removeMostFrequentPair(minimumCount: minimumCount)
        {
            words.merge(left, right, into: vocabulary.merge(left, right))
        }
        let firstAdded = Int32(vocabulary.index.strings.count)
        return TokenizerDefinition(
            tokens: vocabulary.index.strings, merges: vocabulary.merges,
            addedTokens: addedTokens.enumerated().map { offset, content in
                let tag = AddedToken(content, id: firstAdded + Int32(offset), isSpecial: false)
                return tag.isTag ? tag : AddedToken(content, id: tag.id, isSpecial: true)
            },
            pattern: pattern)
    }

    /// Adds a token for each number, by merging the tokens that earlier merges produce for it.
    private func addNumbers(
        upTo largest: Int, to vocabulary: inout GrowingVocabulary
    ) throws(TokenizerError) {
        guard largest >= 0, String(largest).count <= pattern.digitCount else {
            throw TokenizerError(
                .invalidRequest, "training a vocabulary",
                "numbers up to \(largest) cannot be single tokens where words have at most "
                    + "\(pattern.digitCount) digits; allow more digits or choose a smaller number")
        }
        for number in 0...largest {
            var parts = vocabulary.tokens(of: Array(String(number).utf8))
            while parts.count > 1 {
                _ = vocabulary.merge(parts[0], parts[1])
                parts = vocabulary.tokens(of: Array(String(number).utf8))
            }
        }
    }

    /// The number of occurrences of each word, outside added tokens.
    private func countedWords(_ corpus: some Sequence<String>) -> [[UInt8]: Int] {
        let matcher = AddedTokenMatcher(
            addedTokens.map { (Array($0.utf8), AddedToken($0, id: 0, isSpecial: true)) })
        var counts: [[UInt8]: Int] = [:]
        func count(_ text: UnsafeBufferPointer<UInt8>) {
            var scanner = WordScanner(text, pattern: pattern)
            while let word = scanner.next() { counts[Array(text[word]), default: 0] += 1 }
        }
        for text in corpus {
            var text = text
            text.withUTF8 { text in
                matcher.split(text, recognizing: .all) { piece in
                    guard case .text(let range) = piece else { return }
                    let text = UnsafeBufferPointer(rebasing: text[range])
                    if let composed = Normalization.composed(text) {
                        composed.withUnsafeBufferPointer(count)
                    } else {
                        count(text)
                    }
                }
            }
        }
        return counts
    }
}

/// A vocabulary to which merges are added.
private struct GrowingVocabulary {
    private(set) var index = ByteStringIndex(ByteStrings(ByteAlphabet.order.map { [$0] }))
    private(set) var merges: [TokenizerDefinition.Merge] = []
    private var table = MergeTable()

    /// The token for two joined tokens; it is new unless another merge already produced it.
    mutating func merge(_ left: Int32, _ right: Int32) -> Int32 {
        let bytes = index.strings[Int(left)] + index.strings[Int(right)]
        let result = index[Array(bytes)] ?? Int32(index.strings.count)
        if Int(result) == index.strings.count { index.append(bytes) }
        let merge = TokenizerDefinition.Merge(left: left, right: right, result: result)
        merges.append(merge)
        table.append(merge)
        return result
    }

    /// The tokens of `word` after all merges so far.
    func tokens(of word: [UInt8]) -> [Int32] {
        var tokens = word.compactMap { index[[$0]] }
        var ranks: [UInt32] = []
        table.merge(&tokens, ranks: &ranks)
        return tokens
    }
}

/// The words of a corpus as tokens, with the number of occurrences of each pair of adjacent tokens.
private struct WordCounts {
    private struct Word {
        var tokens: [Int32]
        let count: Int
    }

    /// A pair with its number of occurrences when it was queued.
    private struct Candidate: Comparable {
        let count: Int
        let pair: UInt64

        /// Lower priority: fewer occurrences, or higher token ids.
        static func < (left: Candidate, right: Candidate) -> Bool {
            (left.count, right.pair) < (right.count, left.pair)
        }
    }

    private var words: [Word]
    /// Occurrences by pair, with the left token in the upper half of the key.
    private var counts: [UInt64: Int] = [:]
    /// The words in which a pair has occurred; may contain duplicates and words without the pair.
    private var occurrences: [UInt64: [Int32]] = [:]
    private var queue = MaximumHeap<Candidate>()

    init(_ counted: [[UInt8]: Int], _ vocabulary: GrowingVocabulary) {
        words = counted.map { Word(tokens: vocabulary.tokens(of: $0.key), count: $0.value) }
        for index in words.indices { count(Int32(index), sign: 1) { _ in true } }
        for (pair, count) in counts { queue.insert(Candidate(count: count, pair: pair)) }
    }

    /// Adds the pairs of a word to `counts` or removes them, and records the occurrence of new pairs.
    private mutating func count(_ index: Int32, sign: Int, isNew: (UInt64) -> Bool) {
        let word = words[Int(index)]
        for (left, right) in zip(word.tokens, word.tokens.dropFirst()) {
            let pair = UInt64(left) << 32 | UInt64(right)
            counts[pair, default: 0] += sign * word.count
            if isNew(pair) { occurrences[pair, default: []].append(index) }
        }
    }

    /// Removes and returns the most frequent pair; of equally frequent ones, the one with the lowest token ids.
    mutating func removeMostFrequentPair(minimumCount: Int) -> (left: Int32, right: Int32)? {
        while let candidate = queue.removeMaximum() {
            let count = counts[candidate.pair] ?? 0
            guard count == candidate.count else {
                if count > 0 { queue.insert(Candidate(count: count, pair: candidate.pair)) }
                continue
            }
            guard count >= max(1, minimumCount) else { return nil }
            return (Int32(candidate.pair >> 32), Int32(truncatingIfNeeded: candidate.pair))
        }
        return nil
    }

    mutating func merge(_ left: Int32, _ right: Int32, into result: Int32) {
        let pair = UInt64(left) << 32 | UInt64(right)
        let affected = Set(occurrences.removeValue(forKey: pair) ?? [])
        var grown: Set<UInt64> = []
        for index in affected {
            count(index, sign: -1) { _ in false }
            words[Int(index)].tokens.join(left, right, into: result)
            count(index, sign: 1) { pair in
                let isNew = pair >> 32 == result || pair & 0xFFFF_FFFF == result
                if isNew { grown.insert(pair) }
                return isNew
            }
        }
        counts[pair] = nil
        for pair in grown { queue.insert(Candidate(count: counts[pair] ?? 0, pair: pair)) }
    }
}

extension [Int32] {
    /// Replaces each `left` followed by `right`, from the left.
    fileprivate mutating func join(_ left: Int32, _ right: Int32, into result: Int32) {
        var (source, end) = (0, 0)
        while source < count {
            let isPair = self[source] == left && source + 1 < count && self[source + 1] == right
            self[end] = isPair ? result : self[source]
            source += isPair ? 2 : 1
            end += 1
        }
        removeLast(count - end)
    }
}
