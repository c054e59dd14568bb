import Foundation
import Tasks
import TestFixtures
import Testing

/// Answers to mathematical questions, compared with what math-verify 0.9 says of 1,124 pairs.
///
/// `Tools/reference/math_goldens.py` writes the pairs and the verdicts.
@Suite struct MathVerifierTests {
    private struct Pair: Decodable {
        let expected: String
        let answer: String
        /// nil where math-verify reads nothing.
        let verdict: Bool?

        init(from decoder: any Decoder) throws {
            var values = try decoder.unkeyedContainer()
            expected = try values.decode(String.self)
            answer = try values.decode(String.self)
            verdict = try values.decodeIfPresent(Bool.self)
        }
    }

    /// Pairs that are equal though math-verify does not say so: what one of the texts holds, and why.
    private static let ours = [
        ("1\\,234", "a thin space separates thousands"),
        ("\\infty)", "an interval is the inequality that describes it, whichever of the two is expected"),
        ("[3,\\infty)", "as above"),
        ("emptyset", "two commands for the same sign"), ("varnothing", "two commands for the same sign"),
        ("7.", "a full stop after a number changes nothing"),
        ("\\lfloor 7.9 \\rfloor", "is 7, in bold type too"),
        ("1e-5", "scientific notation, as programs print it"), ("1e2", "scientific notation"),
        ("B", "a letter is itself"), ("yes", "a word is itself"),
    ]

    @Test func agreesWithMathVerify() throws {
        let pairs = try GoldenFolder().decode([Pair].self, "math.json")
        #expect(pairs.count > 1100)
        var differing = 0
        for pair in pairs {
            let verdict = MathVerifier.verify(pair.answer, against: pair.expected)
            if verdict == pair.verdict { continue }
            differing += 1
            let isExplained = Self.ours.contains {
                pair.expected.contains($0.0) || pair.answer.contains($0.0)
            }
            #expect(isExplained && verdict == true, "\(pair) is \(String(describing: verdict))")
        }
        #expect(differing == 22)
    }

    @Test(arguments: [
        "", "{", "}", "((((", "\\frac", "\\frac{1}", "^", "1^", "|", "\\sqrt[", "\\begin{pmatrix}", "\\text{",
        "-", "=",
        "1=", "(1,", "{1,2", "\\\\", "\\", "💥", "\u{0}",
    ])
    func fragmentsAreRefused(text: String) {
        #expect(MathVerifier.verify(text, against: "3") != true)
        #expect(MathVerifier.verify("3", against: text) != true)
    }

    /// A model may write anything; none of it may cost the stack or more than a moment.
    @Test(arguments: [
        "(", "{", "-", "\\sqrt{", "\\frac", "2^", "|", "\\{", "[", "x(", "\\sin", "\\begin", "1,",
    ])
    func repetitionIsRefused(part: String) {
        for count in [30, 300, 100_000] {
            let text = String(repeating: part, count: count) + "y"
            #expect(MathVerifier.verify(text, against: "17") != true)
        }
    }
}
