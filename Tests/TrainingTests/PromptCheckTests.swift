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
        let short = try PromptCheck(model: ShippedModel.nanoBase, tools: .standard).promptLength(
            of: example("What?"))
        let check = try PromptCheck(model: ShippedModel.nanoBase, tools: .standard, limit: short + 50)
        #expect(try check.promptLength(of: example("What?")) == short)
        let error = #expect(throws: RowError.self) {
            try check.promptLength(of: example(String(repeating: "What? ", count: 200)))
        }
        let text = error?.problem ?? ""
        #expect(text.hasPrefix("the prompt has "), "\(text)")
        #expect(text.hasSuffix(" tokens; the context holds \(short + 50), with the answer"), "\(text)")
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
