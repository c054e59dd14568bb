/// The pages with the keys and values of one sequence, in order.
///
/// Token `i` is at offset `i % pageSize` of page `pages[i / pageSize]`.
package struct PageTable: Hashable, Sendable {
    package fileprivate(set) var pages: [Int32] = []
    /// Number of tokens in the pages.
    package fileprivate(set) var length = 0

    package init() {}
}

/// A page that must be copied before the next token is written.
package struct PageCopy: Hashable, Sendable {
    package let source: Int32
    package let destination: Int32
}

/// Allocator of the pages of a key-value cache, by index and with reference counts; the tensors are in `KeyValueCache`.
///
/// Sequences with a common prefix share its pages. A shared page is never written (copy on write): a table that grows
/// into its shared last page gets a copy of it.
package struct PagePool: Sendable {
    /// Tokens in a page.
    package let pageSize: Int
    /// Maximum number of pages in use.
    package let limit: Int
    /// Reference count of each page; 0 for a free one.
    private var references: [Int32] = []
    private var free: [Int32] = []
    /// Peak number of pages in use.
    package private(set) var peakCount = 0

    package init(pageSize: Int, limit: Int) {
        precondition(pageSize > 0 && limit > 0, "a pool of \(limit) pages of \(pageSize) tokens")
        self.pageSize = pageSize
        self.limit = limit
    }

    /// Number of pages in use.
    package var usedCount: Int { references.count - free.count }

    /// Number of pages that can still be allocated.
    package var availableCount: Int { limit - usedCount }

    /// Upper bound of all page indices allocated so far, exclusive.
    package var capacity: Int { references.count }

    /// Reference count of `page`.
    package func referenceCount(of page: Int32) -> Int { Int(references[Int(page)]) }

    /// Number of pages for `tokenCount` tokens.
    package func pageCount(forTokens tokenCount: Int) -> Int { (tokenCount + pageSize - 1) / pageSize }

    /// Number of pages that `grow` would allocate.
    package func pagesNeeded(toGrow table: PageTable, by tokenCount: Int) -> Int {
        guard tokenCount > 0 else { return 0 }
        let added = pageCount(forTokens: table.length + tokenCount) - table.pages.count
        return added + (lastPageIsSharedAndPartial(table) ? 1 : 0)
    }

    /// Extends `table` by `tokenCount` tokens.
    ///
    /// `copy` is set to the page to copy if the last page was shared and partly filled, else to nil.
    ///
    /// - Returns: false, with the table unchanged, if too few pages are available.
    package mutating func grow(_ table: inout PageTable, by tokenCount: Int, copy: inout PageCopy?) -> Bool {
        copy = nil
        guard tokenCount > 0 else { return true }
        guard pagesNeeded(toGrow: table, by: tokenCount) <= availableCount else { return false }
        if lastPageIsSharedAndPartial(table), let shared = table.pages.last {
            let own = allocate()
            copy = PageCopy(source: shared, destination: own)
            release(shared)
            table.pages[table.pages.count - 1] = own
        }
        table.length += tokenCount
        while table.pages.count < pageCount(forTokens: table.length) { table.pages.append(allocate()) }
        return true
    }

    /// A second table for the same tokens that shares all pages.
    package mutating func share(_ table: PageTable) -> PageTable {
        for page in table.pages { retain(page) }
        return table
    }

    /// A table that shares `pages`, all of which are full.
    mutating func share(fullPages pages: [Int32]) -> PageTable {
        for page in pages { retain(page) }
        var table = PageTable()
        table.pages = pages
        table.length = pages.count * pageSize
        return table
    }

    /// Increments the reference count of a page in use.
    mutating func retain(_ page: Int32) { references[Int(page)] += 1 }

    /// Decrements the reference count of a page and frees it at 0.
    mutating func release(_ page: Int32) {
        precondition(references[Int(page)] > 0, "page \(page) is released but not in use")
        references[Int(page)] -= 1
        if references[Int(page)] == 0 { free.append(page) }
    }

    /// Releases the pages of `table` and empties it.
    package mutating func release(_ table: inout PageTable) {
        for page in table.pages { release(page) }
        table = PageTable()
    }

    private func lastPageIsSharedAndPartial(_ table: PageTable) -> Bool {
        guard let last = table.pages.last, table.length % pageSize != 0 else { return false }
        return references[Int(last)] > 1
    }

    private mutating func allocate() -> Int32 {
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
