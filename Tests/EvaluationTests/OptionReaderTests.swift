import Evaluation
import Testing

/// What models write, and which option is understood.
@Suite struct OptionReaderTests {
    private static let options = ["a red bus", "a bus", "nothing", "12"]
    private static let words = ["red", "green", "blue", "ten", "no"]

    private func index(_ answer: String, of options: [String] = options) -> Int? {
        OptionReader(answer, options: options).index
    }

    @Test(arguments: [
        ("B", 1), ("(b)", 1), ("B.", 1), ("b:", 1), ("C: nothing", 2), ("D. 12", 3), ("(A) a red bus", 0),
        ("option B", 1), ("a bus", 1), ("A red bus.", 0), ("12", 3), ("The answer is (C)", 2),
        ("the answer is B.", 1), ("Answer: D", 3), ("**B**", 1), ("\\boxed{B}", 1), ("$\\text{C}$", 2),
        ("I see a red bus there", 0), ("It must be (D), I think", 3),
        ("At first the answer is A, but no: the answer is C", 2),
    ]) func anOptionIsRead(answer: String, place: Int) {
        #expect(index(answer) == place)
    }

    @Test(arguments: [
        ("Answer:B", 1), ("The answer is:\n\n**B**", 1), ("[B]", 1), ("Choice: B", 1), ("ANSWER: b", 1),
        ("Final Answer: (B)", 1), ("My choice is option B.", 1), ("The best option is B", 1),
        ("I choose B because C is empty", 1), ("The answer is A because it is red", 0),
        ("The first is gone.\nB", 1),
        ("答案：B", 1), ("答案是B", 1), ("正确答案是（B）。", 1), ("选B", 1), ("选择B。", 1), ("故选B", 1), ("选项B", 1),
        ("【B】", 1), ("答案为 Ｂ", 1), ("我认为答案应该是 B，因为 C 不对", 1),
    ]) func everyFormOfStatementIsRead(answer: String, place: Int) {
        #expect(index(answer) == place)
    }

    @Test(arguments: [
        (
            "The correct answer is B. Here is why: it has no colour. Option C is wrong because there is one.",
            1
        ),
        ("B is correct. Option C is wrong.", 1), ("Option B is right; option C is incorrect.", 1),
        ("(B) is right, (C) is wrong", 1), ("B: a bus. As for option C, no.", 1), ("选项C是错误的，选项B对", 1),
        ("The answer is a bus, C is wrong", 1), ("The answer is B, and C is wrong", 1),
    ]) func whatIsSaidOfOtherOptionsDoesNotCount(answer: String, place: Int) {
        #expect(index(answer) == place)
    }

    @Test(arguments: [
        "", "E", "I cannot tell", "A and B", "(A) or (B)", "a red bus or nothing", "Abracadabra", "Bus",
        "A bus stop is not visible, nothing else", "answer is Apples", "The answer is A or B",
        "The answer is not B",
        "Answer: A man", "select all of them",
    ]) func whatNamesNoOptionIsNotGuessedAt(answer: String) {
        #expect(index(answer) == nil)
    }

    @Test(
        arguments: [
            ("It is covered", nil), ("It often occurs", nil), ("I do not know", nil),
            ("The car is colored green", 1), ("no", 4), ("It's blue.", 2),
        ] as [(String, Int?)]) func optionsAreNotFoundInsideOtherWords(answer: String, place: Int?)
    {
        #expect(index(answer, of: Self.words) == place)
    }

    @Test(
        arguments: [
            ("3.5", ["5", "3"], nil), ("It is 3.5 m", ["3.5", "5"], 0),
            ("It costs $12.50", ["12", "12.50"], 1),
            ("The answer is 5.", ["5", "6"], 0), ("It is 125", ["12", "25"], nil), ("车是红色的", ["红", "绿"], 0),
        ] as [(String, [String], Int?)])
    func numbersAndIdeographsHaveTheirOwnBounds(answer: String, options: [String], place: Int?) {
        #expect(index(answer, of: options) == place)
    }
}

@Suite struct YesOrNoTests {
    @Test(arguments: [
        ("yes", true), ("No.", false), ("Yes, there is no doubt", true), ("There is not", false),
        ("I would say yes", true), ("**No**", false), ("Yes.", true), ("I am not sure, but yes", true),
        ("no, I am not sure", false),
    ]) func yesAndNoAreRead(answer: String, isYes: Bool) {
        #expect(YesOrNo.isYes(answer) == isYes)
    }

    @Test(arguments: [
        "", "maybe", "It is hard to say yes or no", "nothing", "I do not know", "Not sure", "No idea",
        "It is not possible to tell",
    ]) func neitherYesNorNoIsNil(answer: String) {
        #expect(YesOrNo.isYes(answer) == nil)
    }
}
