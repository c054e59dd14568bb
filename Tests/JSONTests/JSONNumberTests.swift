import JSON
import Testing

@Suite struct JSONNumberTests {
    @Test func spellingDoesNotMatterToEquality() throws {
        let numbers = try ["1", "1.0", "1e0", "0.1e1"].map { try JSONValue(parsing: $0) }
        #expect(Set(numbers) == [1])
        #expect(JSONValue.number(1.0) == .number(1 as Int))
    }

    @Test(arguments: [
        ("9007199254740993", 9_007_199_254_740_993), ("-9223372036854775808", Int.min), ("2.0", 2),
        ("1e3", 1000), ("0.5", nil), ("9223372036854775808", nil), ("1e300", nil),
    ])
    func integersAreExact(text: String, integer: Int?) throws {
        #expect(try JSONValue(parsing: text).integer == integer)
    }
}
