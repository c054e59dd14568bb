import CounterRandom
import JSON
import Testing

@Suite struct JSONWriterTests {
    private let value: JSONValue = ["b": [1, [:], []], "a": ["c": .null, "\"": true], "d": "x, y: z"]

    @Test func membersAreWrittenInTheirOrder() throws {
        let text = #"{"b": [1, {}, []], "a": {"c": null, "\"": true}, "d": "x, y: z"}"#
        #expect(value.text == text)
        #expect(try JSONValue(parsing: text).text == text)
    }

    @Test func compactTextHasNoSpaces() {
        #expect(value.text(.compact) == #"{"b":[1,{},[]],"a":{"c":null,"\"":true},"d":"x, y: z"}"#)
    }

    @Test func indentedTextHasALineForEachPart() {
        #expect(
            value.text(.indented) == #"""
                {
                  "b": [
                    1,
                    {},
                    []
                  ],
                  "a": {
                    "c": null,
                    "\"": true
                  },
                  "d": "x, y: z"
                }
                """#)
        #expect(JSONValue.array([]).text(.indented) == "[]")
    }

    @Test func onlyWhatMustBeIsEscaped() {
        let text = "\"\\/\u{8}\u{C}\n\r\t\u{0}\u{1F}\u{7F}é😀\u{2028}"
        #expect(
            JSONValue.string(text).text
                == #""\"\\/\b\f\n\r\t\u0000\u001f"# + "\u{7F}é😀\u{2028}\"")
    }

    @Test(arguments: [
        "1.0", "-0", "1e5", "1E-07", "0.10", "18446744073709551615", "123456789012345678901234567890",
        "0.1000000000000000055511151231257827",
    ])
    func numbersAreWrittenAsTheyWereRead(text: String) throws {
        #expect(try JSONValue(parsing: text).text == text)
    }

    @Test func computedNumbersHaveTheirShortestDigits() {
        let numbers: [JSONValue] = [34, 0.5, -1e15, 1e-6, .number(UInt64.max), .number(-Double.infinity)]
        #expect(
            JSONValue.array(numbers).text
                == "[34, 0.5, -1000000000000000, 1e-06, 18446744073709551615, null]")
    }

    @Test(arguments: [JSONLayout.spaced, .compact, .indented])
    func whatIsWrittenReadsBackTheSame(layout: JSONLayout) throws {
        var random = CounterRandom(seed: 5)
        for _ in 0..<300 {
            let original = Self.value(depth: 0, &random)
            let text = original.text(layout)
            let read = try JSONValue(parsing: text)
            #expect(read == original)
            #expect(read.text(layout) == text)
        }
    }

    private static func value(depth: Int, _ random: inout CounterRandom) -> JSONValue {
        func text(_ random: inout CounterRandom) -> String {
            String((0..<5).map { _ in "ab\"\\\n\u{1}é😀/".randomElement(using: &random)! })
        }
        switch random.integer(below: depth > 4 ? 5 : 7) {
        case 0: return .null
        case 1: return .boolean(random.integer(below: 2) == 0)
        case 2: return .number((random.uniform() - 0.5) * 1e6)
        case 3: return .number(Int(truncatingIfNeeded: random.next()))
        case 4: return .string(text(&random))
        case 5: return .array((0..<random.integer(below: 4)).map { _ in value(depth: depth + 1, &random) })
        default:
            // More members than are searched one by one, now and then.
            let count = random.integer(below: depth == 0 ? 20 : 4)
            return .object(
                JSONObject((0..<count).map { _ in (text(&random), value(depth: depth + 1, &random)) }))
        }
    }
}
