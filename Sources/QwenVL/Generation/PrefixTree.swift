/// Pages of earlier requests that are kept because others may begin with the same tokens.
///
/// A node is a full page, and stands for all tokens from the beginning of a sequence to the end of the page. Only text
/// is kept: what the placeholder of an image stands for is not in its token. The tree refers to its pages as a table
/// does; the one that was used longest ago goes first.
package struct PrefixTree: Sendable {
    private struct Key: Hashable {
        /// The node that this one continues; 0 at the beginning.
        let parent: Int
        let tokens: [Int32]
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

    /// The longest known beginning of `tokens` in full pages; what is returned refers to its pages.
    package mutating func match(_ tokens: ArraySlice<Int32>, in pool: inout PagePool) -> PageTable {
        time += 1
        var pages: [Int32] = []
        walk(tokens, pageSize: pool.pageSize) { tree, key in
            guard let node = tree.nodes[key] else { return nil }
            tree.nodes[key]?.lastUse = tree.time
            pages.append(node.page)
            return node.number
        }
        return pool.share(fullPages: pages)
    }

    /// Keeps the full pages of `table`, which hold the keys and values of `tokens` and of what follows them.
    package mutating func insert(_ tokens: ArraySlice<Int32>, from table: PageTable, in pool: inout PagePool)
    {
        guard limit > 0 else { return }
        time += 1
        var pages = table.pages[...]
        walk(tokens, pageSize: pool.pageSize) { tree, key in
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
        _ tokens: ArraySlice<Int32>, pageSize: Int, _ visit: (inout PrefixTree, Key) -> Int?
    ) {
        var parent = 0
        var rest = tokens
        while rest.count >= pageSize {
            guard let next = visit(&self, Key(parent: parent, tokens: Array(rest.prefix(pageSize))))
            else { return }
            parent = next
            rest = rest.dropFirst(pageSize)
        }
    }

    private mutating func add(_ page: Int32, under key: Key, in pool: inout PagePool) -> Int {
        lastNumber += 1
        pool.retain(page)
        nodes[key] = Node(number: lastNumber, page: page, lastUse: time)
        keys[lastNumber] = key
        if let parent = keys[key.parent] { nodes[parent]?.childCount += 1 }
        return lastNumber
    }

    /// Forgets the page that was used longest ago, of those that none continues and that are not in use right now.
    private mutating func removeOldest(in pool: inout PagePool) -> Bool {
        let leaves = nodes.lazy.filter { [time] in $0.value.childCount == 0 && $0.value.lastUse < time }
        guard let (key, node) = leaves.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return false }
        pool.release(node.page)
        nodes[key] = nil
        keys[node.number] = nil
        if let parent = keys[key.parent] { nodes[parent]?.childCount -= 1 }
        return true
    }
}
