import Agent
import Imaging
import Tasks
import Testing

@Suite struct JudgeTests {
    @Test(arguments: [
        ("red", "red", true), ("  Red. ", "red", true), ("RED", "red", true), ("yes.", "Yes", true),
        ("dark   blue\n", "Dark blue.", true), ("red .", "red", true), ("red", "reddish", false),
        ("it is red", "red", false), ("red..", "red", false), ("", "red", false), (".", "red", false),
        ("3.5", "35", false), ("no", "yes", false),
    ])
    func answersAreComparedAfterFolding(answer: String, right: String, isCorrect: Bool) async {
        #expect(await ExactMatchJudge().isCorrect(answer, for: example(answer: right)) == isCorrect)
    }

    @Test(arguments: [
        (#"{"bbox_2d": [10, 10, 20, 20]}"#, true), ("[10, 10, 20, 20]", true),
        // Overlap of 10 x 5 with 10 x 10: exactly one half.
        ("[10, 10, 20, 15]", true), ("[10, 10, 20, 14]", false), ("[100, 100, 200, 200]", false),
        ("[20, 20, 10, 10]", false), ("[10, 10, 20]", false), ("[10, 10, 20, 20, 5]", false),
        (#"[10, 10, 20, "20"]"#, false), ("10, 10, 20, 20", false), ("there", false),
    ])
    func boxesAreJudgedByOverlapInTheOriginal(answer: String, isCorrect: Bool) async throws {
        let image = Image(size: ImageSize(width: 400, height: 400), filledWith: .black)
        let example = example(
            answer: #"{"bbox_2d": [10, 10, 20, 20]}"#, boxes: [Rectangle(100, 100, 200, 200)], images: [image]
        )
        #expect(try await RuleJudge(format: TenthFormat()).isCorrect(answer, for: example) == isCorrect)
    }

    @Test(arguments: [
        ("0.5", "\\frac{1}{2}", true), ("$x = 3$", "3", true), ("4", "5", false),
        ("obtuse angle", "Obtuse angle.", true),
    ])
    func mathematicsIsJudgedByWhatItMeans(answer: String, right: String, isCorrect: Bool) async throws {
        let judge = RuleJudge(format: TenthFormat())
        #expect(
            try await judge.isCorrect(answer, for: example(answer: right, kind: .mathematics)) == isCorrect)
        if answer == "0.5" { #expect(try await !judge.isCorrect(answer, for: example(answer: right))) }
    }

    @Test func answersThatAreNoBoxesAreJudgedByTheirText() async throws {
        let judge = RuleJudge(format: TenthFormat())
        #expect(try await judge.isCorrect("Red.", for: example(answer: "red")))
        #expect(try await !judge.isCorrect("[1, 2, 3, 4]", for: example(answer: "red")))
    }
}
