/// A binary heap.
struct MaximumHeap<Item: Comparable> {
    private var items: [Item] = []

    mutating func insert(_ item: Item) {
        items.append(item)
        var child = items.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard items[parent] < item else { break }
            items[child] = items[parent]
            child = parent
        }
        items[child] = item
    }

    mutating func removeMaximum() -> Item? {
        guard let maximum = items.first, let item = items.popLast() else { return nil }
        guard !items.isEmpty else { return maximum }
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < items.count else { break }
            if child + 1 < items.count, items[child] < items[child + 1] { child += 1 }
            guard item < items[child] else { break }
            items[parent] = items[child]
            parent = child
        }
        items[parent] = item
        return maximum
    }
}
