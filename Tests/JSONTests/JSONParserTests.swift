import CounterRandom
import JSON
import Testing

@Suite struct JSONParserTests {
    private static let values: [(String, JSONValue)] = [
        ("null", .null), (" true ", true), ("false", false), ("0", 0), ("-0.5e+2", -50), ("1E3", 1000),
        (#""""#, ""), (#""a\"\\\/\b\f\n\r\t""#, "a\"\\/\u{8}\u{C}\n\r\t"), (#""\u00e9\ud83d\ude00""#, "é😀"),
        ("\"\u{7F}é😀\"", "\u{7F}é😀"), ("[]", []), ("[1, [2]]", [1, [2]]), ("{}", [:]),
        (#"{"a": {"b": null}}"#, ["a": ["b": .null]]), ("\t[\r\n1 ]\n", [1]),
    ]

    @Test(arguments: values)
    func readsJSON(text: String, value: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == value)
    }

    @Test(arguments: [
        "", " ", "nul", "nulll", "True", "NaN", "Infinity", "-Infinity", "-", "+1", "01", "-01", "1.", ".5",
        "1e",
        "1e+", "0x10", "1_000", "1e999", "-1e999", "1 2", "[", "[1", "[1,", "[1,]", "[,1]", "]", "{", "{}}",
        "{,}",
        #"{"a"}"#, #"{"a":}"#, #"{"a": 1,}"#, "{a: 1}", "{'a': 1}", "{1: 2}", #"{"a": 1 "b": 2}"#,
        #"{"a": 1, "a": 2}"#, #"{"a": 1}, {"b": 2}"#, #"""#, #""a"#, #""\"#, #""\x""#, #""\u12""#,
        #""\u12G4""#,
        #""\ud83d""#, #""\ud83d\n""#, #""\ud83d\u0041""#, #""\ude00""#, "\"\n\"", "\"\u{0}\"", "// 1",
        "[1] // one",
        "__import__('os').system('ls')", "[1, 2, 3, 4)", "\u{FEFF}1", "１", #"{"\u0061": 1, "a": 2}"#,
    ])
    func refusesEverythingElse(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    }

    @Test func refusesNestingBeyondItsDepth() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try JSONValue(parsing: nested(32))
        #expect(throws: JSONError(reason: "nesting is too deep", offset: 32)) {
            try JSONValue(parsing: nested(33))
        }
        _ = try JSONValue(parsing: nested(40), depthLimit: 40)
        #expect(throws: JSONError.self) { try JSONValue(parsing: nested(41), depthLimit: 40) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: String(repeating: "[", count: 1_000_000)) }
        #expect(throws: JSONError.self) {
            try JSONValue(parsing: String(repeating: "{\"a\":", count: 100_000))
        }
    }

    @Test func saysWhereItStopped() {
        #expect(throws: JSONError(reason: "expected a comma or a closing bracket", offset: 6)) {
            try JSONValue(parsing: "[1, 2 3]")
        }
    }

    @Test func noTextMakesTheParserTrap() {
        var random = CounterRandom(seed: 6)
        let alphabet = Array(#"{}[]",:\u0 1e-.9"# + "\ntrufalsén\u{0}")
        var accepted = 0
        for _ in 0..<20_000 {
            let text = String(
                (0..<random.integer(below: 12)).map { _ in alphabet[random.integer(below: alphabet.count)] })
            if (try? JSONValue(parsing: text)) != nil { accepted += 1 }
        }
        #expect(accepted > 0)
    }

    @Test func bytesThatAreNotUTF8AreRefused() {
        #expect(throws: JSONError(reason: "a string is not UTF-8", offset: 4)) {
            try JSONValue(parsing: [0x22, 0xFF, 0xFE, 0x22])
        }
    }
}
