/// The members of a JSON object in written order, with unique names.
///
/// Objects are equal if they have the same names with equal values, regardless of order.
package struct JSONObject: Sendable {
    package typealias Member = (name: String, value: JSONValue)

    package private(set) var members: [Member] = []
    /// Index of each name; empty while there are so few members that a linear search is faster.
    private var indices: [String: Int] = [:]

    private static let unindexedCount = 8

    /// - Parameter members: the members; for a repeated name, the last value is used at the position of the first.
    package init(_ members: [Member] = []) {
        self.members.reserveCapacity(members.count)
        for (name, value) in members { self[name] = value }
    }

    /// Creates an object with members sorted by name.
    package init(sorting members: [String: JSONValue]) {
        self.init(members.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }

    package var isEmpty: Bool { members.isEmpty }

    package var dictionary: [String: JSONValue] {
        Dictionary(uniqueKeysWithValues: members.map { ($0.name, $0.value) })
    }

    /// The value of a member. A new member is appended; nil removes it.
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
