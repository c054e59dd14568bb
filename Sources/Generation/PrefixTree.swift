package import Agent

/// The beginning of a sequence, as it is recognised when it comes again.
package struct PrefixContent {
    package struct PlacedView {
        /// Indices of its placeholders.
        package let tokens: Range<Int>
        package let identity: ViewIdentity

        package init(tokens: Range<Int>, identity: ViewIdentity) {
            self.tokens = tokens
            self.identity = identity
        }
    }

    package let tokens: ArraySlice<Int32>
    /// What the placeholders among the tokens stand for, in their order; none is missing.
    package let views: [PlacedView]

    /// - Parameters:
    ///   - tokens: from index 0 on.
    ///   - views: those that begin behind the tokens do not matter.
    package init(tokens: ArraySlice<Int32>, views: [PlacedView] = []) {
        self.tokens = tokens
        self.views = views
    }

    /// Whether a place lies between two placeholders of the same image, where computing cannot go on.
    func isWithinAnImage(_ place: Int) -> Bool {
        views.contains { $0.tokens.lowerBound < place && place < $0.tokens.upperBound }
    }
}

/// Pages of earlier requests that are kept because others may begin with the same tokens and images.
///
/// A node is a full page, and stands for everything from the beginning of a sequence to the end of the page. The tree
/// refers to its pages as a table does; the one that was used longest ago goes first.
package struct PrefixTree: Sendable {
    package struct Key: Hashable, Sendable {
        /// The node that this one continues; 0 at the beginning.
        fileprivate let parent: Int
        fileprivate let tokens: [Int32]
        /// The images that begin in the page.
        fileprivate let views: [ViewIdentity]
    }

    private struct Node {
        let number: Int
        let page: Int32
        var lastUse = 0
        var childCount = 0
    }

    /// Most pages that are kept.
    package let limit: Int
    private var nodes: [Key: Node] = [:]
    private var keys: [Int: Key] = [:]
    private var lastNumber = 0
    /// Counts calls; the clock of `lastUse`.
    private var time = 0

    /// - Parameter limit: most pages that are kept; 0 keeps none.
    package init(limit: Int) { self.limit = limit }

    /// Number of pages that are kept.
    package var count: Int { nodes.count }

    /// The longest known beginning of `content` in full pages that does not end within an image; what is returned refers
    /// to its pages.
    package mutating func match(_ content: PrefixContent, in pool: inout PagePool) -> PageTable {
        time += 1
        var pages: [Int32] = []
        walk(content, pageSize: pool.pageSize) { tree, key in
            guard let node = tree.nodes[key] else { return nil }
            tree.nodes[key]?.lastUse = tree.time
            pages.append(node.page)
            return node.number
        }
        while content.isWithinAnImage(pages.count * pool.pageSize) { pages.removeLast() }
        return pool.share(fullPages: pages)
    }

    /// What the first page of `content` is recognised by; nil if it does not fill one.
    package func firstKey(of content: PrefixContent, pageSize: Int) -> Key? {
        content.tokens.count < pageSize ? nil : key(of: content, page: 0, pageSize: pageSize, parent: 0)
    }

    /// Keeps the full pages of `table`, which hold the keys and values of `content` and of what follows it.
    package mutating func insert(_ content: PrefixContent, from table: PageTable, in pool: inout PagePool) {
        guard limit > 0 else { return }
        time += 1
        var pages = table.pages[...]
        walk(content, pageSize: pool.pageSize) { tree, key in
            let page = pages.removeFirst()
            if let node = tree.nodes[key] {
                tree.nodes[key]?.lastUse = tree.time
                return node.number
            }
            guard tree.count < tree.limit || tree.removeOldest(in: &pool) else { return nil }
            return tree.add(page, under: key, in: &pool)
        }
    }

    /// Gives all pages back.
    package mutating func removeAll(in pool: inout PagePool) {
        for node in nodes.values { pool.release(node.page) }
        nodes = [:]
        keys = [:]
    }

    /// Goes down the tree page by page as long as `visit` returns the number of a node.
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
        let place = page * pageSize..<(page + 1) * pageSize
        return Key(
            parent: parent, tokens: Array(content.tokens[place]),
            views: content.views.filter { place.contains($0.tokens.lowerBound) }.map(\.identity))
    }

    private mutating func add(_ page: Int32, under key: Key, in pool: inout PagePool) -> Int {
        lastNumber += 1
        pool.retain(page)
        nodes[key] = Node(number: lastNumber, page: page, lastUse: time)
        keys[lastNumber] = key
        if let parent = keys[key.parent] { nodes[parent]?.childCount += 1 }
        return lastNumber
    }

    /// Forgets a sixteenth of the pages, those that were used longest ago, of those that none continues and that are not
    /// in use right now.
    ///
    /// - Returns: whether there were any.
    private mutating func removeOldest(in pool: inout PagePool) -> Bool {
        let leaves = nodes.filter { $0.value.childCount == 0 && $0.value.lastUse < time }
            .sorted { $0.value.lastUse < $1.value.lastUse }
        for (key, node) in leaves.prefix(max(1, limit / 16)) {
            pool.release(node.page)
            nodes[key] = nil
            keys[node.number] = nil
            if let parent = keys[key.parent] { nodes[parent]?.childCount -= 1 }
        }
        return !leaves.isEmpty
    }
}
