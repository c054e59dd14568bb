import CounterRandom
import Generation
import Models
import Testing

@Suite struct GenerationPagePoolTests {
    @Test func growsByWholePages() {
        var pool = PagePool(pageSize: 4, limit: 3)
        var table = PageTable()
        var copy: PageCopy?
        #expect(pool.grow(&table, by: 5, copy: &copy) == true)
        #expect(table.pages.count == 2)
        #expect(table.length == 5)
        #expect(copy == nil)
        #expect(pool.availableCount == 1)
    }

    @Test func refusesWithoutChange() {
        var pool = PagePool(pageSize: 4, limit: 2)
        var table = PageTable()
        var copy: PageCopy?
        #expect(pool.grow(&table, by: 6, copy: &copy) == true)
        let before = table
        #expect(pool.grow(&table, by: 3, copy: &copy) == false)
        #expect(table == before)
        #expect(pool.grow(&table, by: 2, copy: &copy) == true)
    }

    @Test func copiesThePartialPageOfASharedTable() throws {
        var pool = PagePool(pageSize: 4, limit: 8)
        var original = PageTable()
        var copy: PageCopy?
        #expect(pool.grow(&original, by: 6, copy: &copy) == true)
        var branch = pool.share(original)
        #expect(pool.grow(&branch, by: 1, copy: &copy) == true)
        let made = try #require(copy)
        #expect(made.source == original.pages[1])
        #expect(made.destination == branch.pages[1])
        #expect(branch.pages[0] == original.pages[0])
        // The original is now the only one to use its last page and writes on in place.
        #expect(pool.grow(&original, by: 1, copy: &copy) == true)
        #expect(copy == nil)
    }

    @Test func sharesFullPagesWithoutACopy() {
        var pool = PagePool(pageSize: 4, limit: 8)
        var original = PageTable()
        var copy: PageCopy?
        #expect(pool.grow(&original, by: 8, copy: &copy) == true)
        var branch = pool.share(original)
        #expect(pool.grow(&branch, by: 1, copy: &copy) == true)
        #expect(copy == nil)
        #expect(pool.usedCount == 3)
    }

    /// Random tables that grow, branch and go, against a model that holds every table's tokens as a list.
    @Test(arguments: 0..<8) func keepsEveryTablesTokens(seed: UInt64) throws {
        var random = CounterRandom(seed: seed, 17)
        let pageSize = 1 + random.integer(below: 5)
        var pool = PagePool(pageSize: pageSize, limit: 24)
        var cells: [Int: Int] = [:]  // page · pageSize + offset → token
        var tables: [(table: PageTable, tokens: [Int])] = []
        var nextToken = 0
        for _ in 0..<600 {
            switch random.integer(below: 4) {
            case 0: tables.append((PageTable(), []))
            case 1 where !tables.isEmpty:
                let parent = tables[random.integer(below: tables.count)]
                tables.append((pool.share(parent.table), parent.tokens))
            case 2 where !tables.isEmpty:
                var gone = tables.remove(at: random.integer(below: tables.count))
                pool.release(&gone.table)
                #expect(gone.table == PageTable())
            default:
                guard !tables.isEmpty else { continue }
                let index = random.integer(below: tables.count)
                let count = 1 + random.integer(below: 2 * pageSize)
                let expected = pool.pagesNeeded(toGrow: tables[index].table, by: count)
                let available = pool.availableCount
                var copy: PageCopy?
                let hasGrown = pool.grow(&tables[index].table, by: count, copy: &copy)
                #expect(hasGrown == (expected <= available))
                #expect(pool.availableCount == available - (hasGrown ? expected : 0))
                guard hasGrown else { continue }
                if let copy {
                    for offset in 0..<pageSize {
                        cells[Int(copy.destination) * pageSize + offset] =
                            cells[Int(copy.source) * pageSize + offset]
                    }
                }
                for _ in 0..<count {
                    let place = tables[index].tokens.count
                    let page = Int(tables[index].table.pages[place / pageSize])
                    cells[page * pageSize + place % pageSize] = nextToken
                    tables[index].tokens.append(nextToken)
                    nextToken += 1
                }
            }
            try check(pool, tables, cells)
        }
        for index in tables.indices { pool.release(&tables[index].table) }
        #expect(pool.usedCount == 0)
        #expect(pool.availableCount == 24)
        #expect(pool.peakCount <= 24)
    }

    private func check(
        _ pool: PagePool, _ tables: [(table: PageTable, tokens: [Int])], _ cells: [Int: Int]
    ) throws {
        var counts: [Int32: Int] = [:]
        for (table, tokens) in tables {
            try #require(table.length == tokens.count)
            try #require(table.pages.count == pool.pageCount(forTokens: tokens.count))
            for (place, token) in tokens.enumerated() {
                let page = Int(table.pages[place / pool.pageSize])
                try #require(cells[page * pool.pageSize + place % pool.pageSize] == token)
            }
            for page in table.pages { counts[page, default: 0] += 1 }
        }
        for (page, count) in counts { try #require(pool.referenceCount(of: page) == count) }
        try #require(pool.usedCount == counts.count)
    }
}
