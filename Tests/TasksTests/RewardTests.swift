import Agent
import Imaging
import Tasks
import Testing

@Suite struct RewardTests {

    /// An outcome and what it earns by the formula 0.8 a - 0.2 f + 1.2 (a and c), or 1.2 a - 0.4 f.
    struct Row: CustomTestStringConvertible {
        let kind: RewardKind
        let isCorrect: Bool
        let hasFormatError: Bool
        let usedCrop: Bool
        let accuracy: Double
        let format: Double
        let tool: Double

        var testDescription: String { "\(kind) \(isCorrect) \(hasFormatError) \(usedCrop)" }

        init(_ kind: RewardKind, _ outcome: String, _ accuracy: Double, _ format: Double, _ tool: Double) {
            self.kind = kind
            isCorrect = outcome.contains("a")
            hasFormatError = outcome.contains("f")
            usedCrop = outcome.contains("c")
            self.accuracy = accuracy
            self.format = format
            self.tool = tool
        }
    }

    @Test(arguments: [
        Row(.perception, "", 0, 0, 0), Row(.perception, "a", 0.8, 0, 0), Row(.perception, "f", 0, -0.2, 0),
        Row(.perception, "c", 0, 0, 0), Row(.perception, "af", 0.8, -0.2, 0),
        Row(.perception, "ac", 0.8, 0, 1.2), Row(.perception, "fc", 0, -0.2, 0),
        Row(.perception, "afc", 0.8, -0.2, 1.2),
        Row(.mathematics, "", 0, 0, 0), Row(.mathematics, "a", 1.2, 0, 0),
        Row(.mathematics, "f", 0, -0.4, 0), Row(.mathematics, "c", 0, 0, 0),
        Row(.mathematics, "af", 1.2, -0.4, 0), Row(.mathematics, "ac", 1.2, 0, 0),
        Row(.mathematics, "fc", 0, -0.4, 0), Row(.mathematics, "afc", 1.2, -0.4, 0),
    ])
    func outcomesEarnWhatTheFormulaSays(row: Row) {
        let breakdown = Reward().breakdown(
            kind: row.kind, isCorrect: row.isCorrect, formatError: row.hasFormatError ? .unbalancedTags : nil,
            usedBonusTool: row.usedCrop)
        #expect(breakdown.components.map(\.name) == ["accuracy", "format", "tool"])
        #expect(breakdown.components.map(\.value) == [row.accuracy, row.format, row.tool])
        #expect(breakdown.total == row.accuracy + row.format + row.tool)
        #expect(breakdown["tool"] == row.tool)
    }

    @Test(arguments: [
        (RewardWeights.ToolBonusRule.none, [0.0, 0, 0, 0]), (.unconditional, [0, 0, 1.2, 1.2]),
        (.conditional, [0, 0, 0, 1.2]),
    ])
    func theToolBonusFollowsItsRule(rule: RewardWeights.ToolBonusRule, expected: [Double]) {
        var weights = RewardWeights.perception
        weights.toolBonusRule = rule
        let reward = Reward(perception: weights)
        let bonuses = [(false, false), (true, false), (false, true), (true, true)].map {
            isCorrect, usedCrop in
            reward.breakdown(
                kind: .perception, isCorrect: isCorrect, formatError: nil, usedBonusTool: usedCrop)[
                    "tool"]
        }
        #expect(bonuses == expected)
    }

    private func breakdown(_ trajectory: Trajectory, answer: String = "red") async throws -> RewardBreakdown {
        try await Reward().breakdown(of: trajectory, for: example(answer: answer), by: ExactMatchJudge())
    }

    @Test func aRightAnswerAfterACropEarnsAll() async throws {
        let result = try await breakdown(
            trajectory(
                "<tool_call>{}</tool_call>", "<think>I see.</think><answer> Red. </answer>",
                calling: [ZoomTool.name]))
        #expect(result.total == 2.0)
        #expect(result.isCorrect)
        #expect(result.formatError == nil)
    }

    @Test func aMissingAnswerIsWrongAndAFormatError() async throws {
        let result = try await breakdown(trajectory("red", calling: [ZoomTool.name]))
        #expect(result.total == -0.2)
        #expect(result.formatError == .missingAnswer)
    }

    @Test func anAnswerBeforeTheLastTurnDoesNotCount() async throws {
        let result = try await breakdown(
            trajectory("<answer>red</answer><tool_call>{}</tool_call>", "well", calling: [ZoomTool.name]))
        #expect(result.formatError == .missingAnswer)
    }

    @Test func answersOf1000CharactersAreWrong() async throws {
        for (length, isRight) in [(999, true), (1000, false), (1001, false)] {
            // Three bytes a character: characters count, not bytes.
            let text = String(repeating: "字", count: length)
            let result = try await breakdown(trajectory("<answer>\(text)</answer>"), answer: text)
            #expect(result.isCorrect == isRight)
            #expect(result.formatError == (isRight ? nil : .overlongAnswer))
            #expect(result.total == (isRight ? 0.8 : -0.2))
        }
    }

    @Test(arguments: [
        "<think>hm<answer>red</answer>", "hm</think><answer>red</answer>",
        "<think><think>hm</think><answer>red</answer>", "<answer>blue<answer>red</answer>",
        "<answer>red</answer></answer>", "<answer><answer>red</answer></answer>",
    ])
    func unbalancedTagsAreAFormatErrorButTheAnswerCounts(text: String) async throws {
        let result = try await breakdown(trajectory(text))
        #expect(result.formatError == .unbalancedTags)
        #expect(result["accuracy"] == 0.8)
        #expect(result["format"] == -0.2)
    }

    @Test func tagsNamedInThoughtsAreNoFormatError() async throws {
        let result = try await breakdown(
            trajectory("<think>I will use <answer> tags</think><answer>red</answer>"))
        #expect(result.formatError == nil)
        #expect(result.total == 0.8)
        let thought = try await breakdown(trajectory("<think><answer>red</answer></think> Well."))
        #expect(thought.formatError == .missingAnswer)
    }

    @Test func aFailedCallEarnsNoBonus() async throws {
        let failed = Trajectory(
            id: TrajectoryID(group: 0, sample: 0), transcript: Transcript(),
            completions: ["<tool_call>{}</tool_call>", "<answer>red</answer>"],
            toolCalls: [
                ToolCallRecord(name: ZoomTool.name, arguments: "{}", failure: "Error: bbox_2d is missing.")
            ],
            finish: .answered)
        #expect(try await breakdown(failed).total == 0.8)
    }

    @Test func theJudgeIsAskedOnlyAboutAnswersInForm() async throws {
        struct NeverAsked: Judge {
            struct Asked: Error {}
            func isCorrect(_ answer: String, for example: Example) async throws -> Bool { throw Asked() }
        }
        for text in ["no answer", "<answer>\(String(repeating: "x", count: 1000))</answer>"] {
            let result = try await Reward().breakdown(
                of: trajectory(text), for: example(answer: "red"), by: NeverAsked())
            #expect(!result.isCorrect)
        }
        await #expect(throws: NeverAsked.Asked.self) {
            try await Reward().breakdown(
                of: trajectory("<answer>red</answer>"), for: example(answer: "red"), by: NeverAsked())
        }
    }
}
