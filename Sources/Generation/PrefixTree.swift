package import Agent

/// The content of a prefix, by which the prefix cache finds it: tokens and images.
package struct PrefixContent {
    package struct PlacedView {
        /// Indices of the image's placeholders.
        package let tokens: Range<Int>
        package let identity: ViewIdentity

        package init(tokens: Range<Int>, identity: ViewIdentity) {
            self.tokens = tokens
            self.identity = identity
        }
    }

    package let tokens: ArraySlice<Int32>
    /// All images whose placeholders are among the tokens, in order.
    package let views: [PlacedView]

    /// - Parameters:
    ///   - tokens: the tokens from index 0.
    ///   - views: the images in order; images that start after the tokens are ignored.
    package init(tokens: ArraySlice<Int32>, views: [PlacedView] = []) {
        self.tokens = tokens
        self.views = views
    }

    /// Whether a prefix of `count` tokens ends within an image; computation cannot continue there.
    func splitsImage(at count: Int) -> Bool {
        views.contains { $0.tokens.lowerBound < count && count < $0.tokens.upperBound }
    }
}

/// Prefix cache: a tree of pages of earlier requests, reused by requests with the same first tokens and images.
///
/// A node is a full page and represents the prefix up to the end of that page. The tree counts as one reference to each
/// page. The least recently used pages are removed first.
package struct PrefixTree: Sendable {
    package struct Key: Hashable, Sendable {
        /// Id of the node of the preceding page; 0 for the first page.
        fileprivate let parent: Int
        fileprivate let tokens: [Int32]
        /// The images that start in the page.
        fileprivate let views: [ViewIdentity]
    }

    private struct Node {
        let id: Int
        let page: Int32
        var lastUse = 0
        var childCount = 0
    }

    /// Maximum number of cached pages.
    package let limit: Int
    private var nodes: [Key: Node] = [:]
    private var keys: [Int: Key] = [:]
    private var lastID = 0
    /// Number of calls so far; the clock of `lastUse`.
    private var time = 0

    /// - Parameter limit: maximum number of cached pages; 0 disables the cache.
    package init(limit: Int) { self.limit = limit }

    /// Number of cached pages.
    package var count: Int { nodes.count }

    /// The longest cached prefix of `content` that consists of full pages and does not end within an image.
    ///
    /// - Returns: a table that shares the pages of the prefix; empty if there is none.
    package mutating func match(_ content: PrefixContent, in pool: inout PagePool) -> PageTable {
        time += 1
        var pages: [Int32] = []
        walk(content, pageSize: pool.pageSize) { tree, key in
            guard let node = tree.nodes[key] else { return nil }
            tree.nodes[key]?.lastUse = tree.time
            pages.append(node.page)
            return node.id
        }
        while content.splitsImage(at: pages.count * pool.pageSize) { pages.removeLast() }
        return pool.share(fullPages: pages)
    }

    /// The key of the first page of `content`; nil if it does not fill one.
    package func firstKey(of content: PrefixContent, pageSize: Int) -> Key? {
        content.tokens.count < pageSize ? nil : key(of: content, page: 0, pageSize: pageSize, parent: 0)
    }

    /// Caches the full pages of `content`; `table` is the table of a sequence with that prefix.
    package mutating func insert(_ content: PrefixContent, from table: PageTable, in pool: inout PagePool) {
        guard limit > 0 else { return }
        time += 1
        var pages = table.pages[...]
        walk(content, pageSize: pool.pageSize) { tree, key in
            let page = pages.removeFirst()
            if let node = tree.nodes[key] {
                tree.nodes[key]?.lastUse = tree.time
                return node.id
            }
            guard tree.count < tree.limit || tree.removeOldest(in: &pool) else { return nil }
            return tree.add(page, under: key, in: &pool)
        }
    }

    /// Releases all pages.
    package mutating func removeAll(in pool: inout PagePool) {
        for node in nodes.values { pool.release(node.page) }
        nodes = [:]
        keys = [:]
    }

    /// Descends the tree page by page as long as `visit` returns the id of a node.
    private mutating func walk(
        _ content: PrefixContent, pageSize: Int, _ visit: (inout PrefixTree, Key) -> Int?
    ) {
        var parent = 0
        for page in 0..<content.tokens.count / pageSize {
            let key = key(of: content, page: page, pageSize: pageSize, parent: parent)
            guard let next = visit(&self, key) else { return }
            parent = next
        }
    }

    private func key(of content: PrefixContent, page: Int, pageSize: Int, parent: Int) -> Key {
        let range = page * pageSize..<(page + 1) * pageSize
        return Key(
            parent: parent, tokens: Array(content.tokens[range]),
            views: content.views.filter { range.contains($0.tokens.lowerBound) }.map(\.identity))
    }

    private mutating func add(_ page: Int32, under key: Key, in pool: inout PagePool) -> Int {
        lastID += 1
        pool.retain(page)
        nodes[key] = Node(id: lastID, page: page, lastUse: time)
        keys[lastID] = key
        if let parent = keys[key.parent] { nodes[parent]?.childCount += 1 }
        return lastID
    }

    /// Removes the least recently used leaves, up to a sixteenth of `limit`; nodes used in the current call are kept.
    ///
    /// - Returns: false if there is no such leaf.
    private mutating func removeOldest(in pool: inout PagePool) -> Bool {
        let leaves = nodes.filter { $0.value.childCount == 0 && $0.value.lastUse < time }
            .sorted { $0.value.lastUse < $1.value.lastUse }
        for (key, node) in leaves.prefix(max(1, limit / 16)) {
            pool.release(node.page)
            nodes[key] = nil
            keys[node.id] = nil
            if let parent = keys[key.parent] { nodes[parent]?.childCount -= 1 }
        }
        return !leaves.isEmpty
    }
}
