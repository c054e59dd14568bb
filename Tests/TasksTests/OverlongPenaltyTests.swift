import Tasks
import Testing

struct OverlongPenaltyTests {
    /// TRL's soft punishment for a limit of 100 tokens with a buffer of 20.
    @Test(arguments: [(0, 0), (80, 0), (81, -0.05), (90, -0.5), (100, -1), (300, -1)] as [(Int, Double)])
    func growsOverTheBuffer(_ count: Int, _ expected: Double) throws {
        let component = try #require(
            OverlongPenalty(limit: 100, buffer: 20).component(completionTokens: count))
        #expect(component.name == "overlong" && abs(component.value - expected) < 1e-12)
    }

    @Test func isOffByDefaultAndAStepWithoutABuffer() throws {
        #expect(OverlongPenalty().component(completionTokens: 10_000) == nil)
        let step = OverlongPenalty(limit: 100, penalty: 0.5)
        #expect(step.component(completionTokens: 99)?.value == 0)
        #expect(step.component(completionTokens: 100)?.value == -0.5)
    }
}
