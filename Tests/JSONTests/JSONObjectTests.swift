import JSON
import Testing

@Suite struct JSONObjectTests {
    /// Few members are searched one by one, many have an index.
    @Test(arguments: [3, 8, 9, 100])
    func membersKeepTheirOrderAndAreFoundByName(count: Int) {
        let names = (0..<count).map { "\($0 * 7 % count)" }
        var object = JSONObject(names.map { ($0, .string($0)) })
        #expect(object.members.map(\.name) == names)
        for name in names { #expect(object[name]?.string == name) }
        #expect(object["none"] == nil)

        object[names[1]] = nil
        object[names[2]] = .null
        object[names[1]] = true
        #expect(object.members.map(\.name) == [names[0]] + names[2...] + [names[1]])
        #expect(object[names[2]] == .null)
        #expect(object[names[1]] == true)
    }

    @Test func theLastValueOfANameCounts() {
        let object = JSONObject([("a", 1), ("b", 2), ("a", 3)])
        #expect(JSONValue.object(object).text == #"{"a": 3, "b": 2}"#)
    }

    @Test func sortsByName() {
        #expect(JSONObject(sorting: ["b": 1, "a": 2, "c": 3]).members.map(\.name) == ["a", "b", "c"])
    }

    @Test func orderDoesNotMatterToEquality() {
        let left: JSONValue = ["a": 1, "b": ["c": 2, "d": 3]]
        #expect(left == ["b": ["d": 3, "c": 2], "a": 1])
        #expect(Set([left, ["b": ["d": 3, "c": 2], "a": 1]]).count == 1)
        #expect(left != ["a": 1])
        #expect(left != ["a": 1, "b": 2])
    }
}
