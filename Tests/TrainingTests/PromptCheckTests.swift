import Agent
import Foundation
import Tasks
import TestFixtures
import Testing
import Training

/// What a model can be asked.
@Suite struct PromptCheckTests {
    private func example(_ text: String) -> Example {
        Example(
            id: "e", messages: [.instruction, .question(text, imageCount: 0)], images: [], answer: "a",
            kind: "text")
    }

    /// Such a prompt is a bad row with both numbers, not a trajectory that is cut.
    @Test func aPromptLongerThanTheContextIsRefused() throws {
        let check = try PromptCheck(model: ShippedModel.nanoBase, tools: .standard, limit: 200)
        let short = try check.promptLength(of: example("What?"))
        #expect(short < 200)
        let error = #expect(throws: RowError.self) {
            try check.promptLength(of: example(String(repeating: "What? ", count: 100)))
        }
        let text = error?.problem ?? ""
        #expect(
            text.hasPrefix("the prompt has ")
                && text.hasSuffix(" tokens; the context holds 200, with the answer"))
        #expect(throws: RowError.self) {
            try PromptCheck(model: ShippedModel.nanoBase, tools: .standard, limit: short).promptLength(
                of: example("What?"))
        }
    }

    @Test func theContextOfTheModelIsALimitToo() throws {
        let check = try PromptCheck(model: ShippedModel.nanoBase, tools: .standard)
        #expect(throws: RowError.self) {
            try check.promptLength(of: example(String(repeating: "x1 ", count: 40_000)))
        }
    }
}
