import Evaluation
import Testing

/// What models write, and what is understood of it.
@Suite struct AnswerReaderTests {
    private static let options = ["a red bus", "a bus", "nothing", "12"]

    @Test(arguments: [
        ("B", 1), ("(b)", 1), ("B.", 1), ("b:", 1), ("C: nothing", 2), ("D. 12", 3), ("(A) a red bus", 0),
        ("option B", 1), ("a bus", 1), ("A red bus.", 0), ("12", 3), ("The answer is (C)", 2),
        ("the answer is B.", 1), ("Answer: D", 3), ("**B**", 1), ("\\boxed{B}", 1), ("$\\text{C}$", 2),
        ("I see a red bus there", 0), ("It must be (D), I think", 3),
        ("At first the answer is A, but no: the answer is C", 2),
    ]) func anOptionIsRead(answer: String, place: Int) {
        #expect(AnswerReader.option(in: answer, of: Self.options) == place)
    }

    @Test(arguments: [
        "", "E", "I cannot tell", "A and B", "(A) or (B)", "a red bus or nothing", "Abracadabra", "Bus",
        "A bus stop is not visible, nothing else", "answer is Apples",
    ]) func whatNamesNoOptionIsNotGuessedAt(answer: String) {
        #expect(AnswerReader.option(in: answer, of: Self.options) == nil)
    }

    @Test(arguments: [
        ("yes", true), ("No.", false), ("Yes, there is no doubt", true), ("There is not", false),
        ("I would say yes", true), ("**No**", false),
    ]) func yesAndNoAreRead(answer: String, isYes: Bool) {
        #expect(AnswerReader.saysYes(in: answer) == isYes)
    }

    @Test(arguments: ["", "maybe", "It is hard to say yes or no", "nothing"])
    func neitherYesNorNoIsNil(answer: String) {
        #expect(AnswerReader.saysYes(in: answer) == nil)
    }

    @Test(arguments: [
        ("<think>x</think>\n<answer> B </answer><|im_end|>", "B"),
        ("<think>(A)</think> So it is B<|im_end|>", "So it is B"),
        ("thus \\boxed{\\frac{1}{2}} holds", "\\frac{1}{2}"), ("plain", "plain"),
        ("<think>never closed", "<think>never closed"),
    ]) func theAnswerIsFoundInACompletion(completion: String, answer: String) {
        #expect(AnswerReader.answer(in: completion) == answer)
    }
}
