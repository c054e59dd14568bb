import CounterRandom
import Generation
import Models
import Testing

@Suite struct GenerationPrefixTreeTests {
    /// Random texts of few different tokens, against a list of all pages that are kept.
    @Test(arguments: 0..<8) func findsTheLongestKnownBeginning(seed: UInt64) throws {
        var random = CounterRandom(seed: seed, 23)
        let pageSize = 1 + random.integer(below: 3)
        var pool = PagePool(pageSize: pageSize, limit: 400)
        var tree = PrefixTree(limit: 400)
        var known: [[Int32]: Int32] = [:]  // all tokens up to the end of a page → page
        for _ in 0..<200 {
            let tokens = (0..<random.integer(below: 9)).map { _ in Int32(random.integer(below: 2)) }
            let ends = stride(from: pageSize, through: tokens.count, by: pageSize)
            var table = tree.match(PrefixContent(tokens: tokens[...]), in: &pool)
            let expected = ends.prefix { known[Array(tokens.prefix($0))] != nil }
            try #require(table.pages == expected.compactMap { known[Array(tokens.prefix($0))] })
            try #require(table.length == pageSize * table.pages.count)
            var copy: PageCopy?
            try #require(pool.grow(&table, by: tokens.count - table.length, copy: &copy))
            tree.insert(PrefixContent(tokens: tokens[...]), from: table, in: &pool)
            for (index, end) in ends.enumerated() where known[Array(tokens.prefix(end))] == nil {
                known[Array(tokens.prefix(end))] = table.pages[index]
            }
            pool.release(&table)
            try #require(tree.count == known.count)
            try #require(pool.usedCount == known.count)
        }
        tree.removeAll(in: &pool)
        #expect(pool.usedCount == 0)
    }

    @Test func forgetsWhatWasUsedLongestAgo() throws {
        var pool = PagePool(pageSize: 2, limit: 20)
        var tree = PrefixTree(limit: 3)
        func keep(_ tokens: [Int32]) throws {
            var table = PageTable()
            var copy: PageCopy?
            try #require(pool.grow(&table, by: tokens.count, copy: &copy))
            tree.insert(PrefixContent(tokens: tokens[...]), from: table, in: &pool)
            pool.release(&table)
        }
        func knownCount(_ tokens: [Int32]) -> Int {
            var table = tree.match(PrefixContent(tokens: tokens[...]), in: &pool)
            defer { pool.release(&table) }
            return table.length
        }
        try keep([1, 1, 2, 2])
        try keep([3, 3])
        #expect(knownCount([1, 1, 9, 9]) == 2)
        // The end of the first text goes, not its beginning, which was asked for last.
        try keep([4, 4])
        #expect(knownCount([1, 1, 2, 2]) == 2)
        #expect(knownCount([3, 3]) == 2)
        try keep([5, 5, 6, 6, 7, 7, 8, 8])
        #expect(knownCount([5, 5, 6, 6, 7, 7, 8, 8]) == 6)
        #expect(tree.count == 3)
        #expect(pool.usedCount == 3)
    }

    @Test func keepsNothingWithoutALimit() throws {
        var pool = PagePool(pageSize: 1, limit: 4)
        var tree = PrefixTree(limit: 0)
        var table = PageTable()
        var copy: PageCopy?
        try #require(pool.grow(&table, by: 3, copy: &copy))
        tree.insert(PrefixContent(tokens: [1, 2, 3]), from: table, in: &pool)
        #expect(tree.count == 0)
    }
}
