/// The pages that hold one sequence's keys and values, in order.
///
/// Token `i` lies at offset `i % pageSize` of page `pages[i / pageSize]`.
package struct PageTable: Hashable, Sendable {
    package fileprivate(set) var pages: [Int32] = []
    /// Number of tokens the pages hold.
    package fileprivate(set) var length = 0

    package init() {}
}

/// A page whose content has to be copied before the next token is written.
package struct PageCopy: Hashable, Sendable {
    package let source: Int32
    package let destination: Int32
}

/// Numbers and reference counts of the pages of a key-value cache; the tensors are in `KeyValueCache`.
///
/// Sequences with a common beginning refer to the same pages. A page that more than one table refers to is never
/// written: the one that grows first gets a copy of it.
package struct PagePool: Sendable {
    /// Tokens in a page.
    package let pageSize: Int
    /// Most pages there can be at a time.
    package let limit: Int
    /// Number of tables that refer to each page; 0 for a free one.
    private var references: [Int32] = []
    private var free: [Int32] = []
    /// Most pages that were in use at the same time.
    package private(set) var peakCount = 0

    package init(pageSize: Int, limit: Int) {
        precondition(pageSize > 0 && limit > 0, "a pool of \(limit) pages of \(pageSize) tokens")
        self.pageSize = pageSize
        self.limit = limit
    }

    /// Pages that at least one table refers to.
    package var usedCount: Int { references.count - free.count }

    /// Pages that can still be taken.
    package var availableCount: Int { limit - usedCount }

    /// Page numbers that have ever been given out are below this.
    package var capacity: Int { references.count }

    /// Number of tables that refer to `page`.
    package func referenceCount(of page: Int32) -> Int { Int(references[Int(page)]) }

    /// Pages needed to hold `tokenCount` tokens.
    package func pageCount(forTokens tokenCount: Int) -> Int { (tokenCount + pageSize - 1) / pageSize }

    /// Pages that `grow` would take from the pool.
    package func pagesNeeded(toGrow table: PageTable, by tokenCount: Int) -> Int {
        guard tokenCount > 0 else { return 0 }
        let added = pageCount(forTokens: table.length + tokenCount) - table.pages.count
        return added + (lastPageIsSharedAndPartial(table) ? 1 : 0)
    }

    /// Makes room for `tokenCount` more tokens; `copy` receives the page to copy if the last, partly
    /// filled one was shared, else nil.
    ///
    /// - Returns: false, with nothing changed, if the pool has too few pages left.
    package mutating func grow(_ table: inout PageTable, by tokenCount: Int, copy: inout PageCopy?) -> Bool {
        copy = nil
        guard tokenCount > 0 else { return true }
        guard pagesNeeded(toGrow: table, by: tokenCount) <= availableCount else { return false }
        if lastPageIsSharedAndPartial(table), let shared = table.pages.last {
            let own = take()
            copy = PageCopy(source: shared, destination: own)
            release(shared)
            table.pages[table.pages.count - 1] = own
        }
        table.length += tokenCount
        while table.pages.count < pageCount(forTokens: table.length) { table.pages.append(take()) }
        return true
    }

    /// Another table with the same tokens, sharing every page.
    package mutating func share(_ table: PageTable) -> PageTable {
        for page in table.pages { retain(page) }
        return table
    }

    /// A table of `pages`, all of them full, which it shares with whoever has them.
    mutating func share(fullPages pages: [Int32]) -> PageTable {
        for page in pages { retain(page) }
        var table = PageTable()
        table.pages = pages
        table.length = pages.count * pageSize
        return table
    }

    /// Refers once more to a page that is in use.
    mutating func retain(_ page: Int32) { references[Int(page)] += 1 }

    /// Refers once less to a page, which is free after the last time.
    mutating func release(_ page: Int32) {
        precondition(references[Int(page)] > 0, "page \(page) is released more often than it was taken")
        references[Int(page)] -= 1
        if references[Int(page)] == 0 { free.append(page) }
    }

    /// Gives the pages of `table` back and leaves it empty.
    package mutating func release(_ table: inout PageTable) {
        for page in table.pages { release(page) }
        table = PageTable()
    }

    private func lastPageIsSharedAndPartial(_ table: PageTable) -> Bool {
        guard let last = table.pages.last, table.length % pageSize != 0 else { return false }
        return references[Int(last)] > 1
    }

    private mutating func take() -> Int32 {
        let page: Int32
        if let recycled = free.popLast() {
            page = recycled
            references[Int(page)] = 1
        } else {
            page = Int32(references.count)
            references.append(1)
        }
        peakCount = max(peakCount, usedCount)
        return page
    }
}
