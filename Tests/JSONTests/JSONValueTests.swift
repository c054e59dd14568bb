import CounterRandom
import JSON
import Testing

@Suite struct JSONValueTests {
    @Test(arguments: [
        ("null", JSONValue.null), (" true ", .boolean(true)), ("false", .boolean(false)), ("0", .number(0)),
        ("-0.5e+2", .number(-50)), ("1E3", .number(1000)), (#""""#, .string("")),
        (#""a\"\\\/\b\f\n\r\t""#, .string("a\"\\/\u{8}\u{C}\n\r\t")),
        (#""\u00e9\ud83d\ude00""#, .string("é😀")),
        ("\"\u{7F}é😀\"", .string("\u{7F}é😀")), ("[]", .array([])),
        ("[1, [2]]", .array([.number(1), .array([.number(2)])])),
        ("{}", .object([:])), (#"{"a": {"b": null}}"#, .object(["a": .object(["b": .null])])),
        ("\t[\r\n1 ]\n", .array([.number(1)])),
    ])
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

    @Test func whatIsWrittenReadsBackTheSame() throws {
        var random = CounterRandom(seed: 5)
        func value(_ depth: Int) -> JSONValue {
            switch random.integer(below: depth > 4 ? 4 : 6) {
            case 0: .null
            case 1: .boolean(random.integer(below: 2) == 0)
            case 2: .number((random.uniform() - 0.5) * 1e6)
            case 3: .string(String((0..<5).map { _ in "a\"\\\n\u{1}é😀/".randomElement(using: &random)! }))
            case 4: .array((0..<random.integer(below: 4)).map { _ in value(depth + 1) })
            default:
                .object(
                    Dictionary(
                        uniqueKeysWithValues: (0..<random.integer(below: 4)).map {
                            ("k\($0)", value(depth + 1))
                        }))
            }
        }
        for _ in 0..<300 {
            let original = value(0)
            #expect(try JSONValue(parsing: original.text) == original)
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

    @Test func wholeNumbersAreWrittenWithoutAPoint() {
        #expect(
            JSONValue.array([.number(34), .number(0.5), .number(-1e15)]).text
                == "[34, 0.5, -1000000000000000]")
    }
}
