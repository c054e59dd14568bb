/// The members of a JSON object in the order in which they were written, each name once.
///
/// Objects are equal if they hold equal values under the same names, in whatever order.
package struct JSONObject: Sendable {
    package typealias Member = (name: String, value: JSONValue)

    package private(set) var members: [Member] = []
    /// Of each name; empty while there are so few members that looking at each one is faster.
    private var indices: [String: Int] = [:]

    private static let unindexedCount = 8

    /// - Parameter members: the last value counts for a name that occurs twice, in the place of the first.
    package init(_ members: [Member] = []) {
        self.members.reserveCapacity(members.count)
        for (name, value) in members { self[name] = value }
    }

    /// The members in the alphabetical order of their names.
    package init(sorting members: [String: JSONValue]) {
        self.init(members.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }

    package var isEmpty: Bool { members.isEmpty }

    package var dictionary: [String: JSONValue] {
        Dictionary(uniqueKeysWithValues: members.map { ($0.name, $0.value) })
    }

    /// The value of a member. A new one goes to the end, and nil removes it.
    package subscript(name: String) -> JSONValue? {
        get { index(of: name).map { members[$0].value } }
        set {
            switch (index(of: name), newValue) {
            case (let index?, let value?): members[index].value = value
            case (nil, let value?): append((name, value))
            case (let index?, nil): self = JSONObject(Array(members[..<index] + members[(index + 1)...]))
            case (nil, nil): break
            }
        }
    }

    private func index(of name: String) -> Int? {
        indices.isEmpty ? members.firstIndex { $0.name == name } : indices[name]
    }

    private mutating func append(_ member: Member) {
        members.append(member)
        guard members.count > Self.unindexedCount else { return }
        for index in indices.count..<members.count { indices[members[index].name] = index }
    }
}

extension JSONObject: Hashable {
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members.count == right.members.count
            && left.members.allSatisfy { right[$0.name] == $0.value }
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(dictionary) }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(elements.map { ($0, $1) })
    }
}
