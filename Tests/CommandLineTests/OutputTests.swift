import Foundation
import TestFixtures
import Testing

/// Outputs whose folders do not exist yet, and outputs that cannot be written.
struct OutputTests {
    private static let model = ShippedModel.nanoBase.path

    @Test func theParentsOfATraceAreMade() throws {
        let folder = try TemporaryFolder()
        let trace = folder.path("pages/new/trace.html")
        let outcome = try DeepEyesCommand.run(
            "ask", "--model", Self.model, "--image", TestImage.whole.write(to: folder), "What is it?",
            "--trace", trace, "--maximum-tokens", "4")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try text(of: URL(filePath: trace)).contains("<html"))
        #expect(outcome.errors.contains("the answer is incomplete"))
    }

    /// Each command, with a path below a file, ends before its work: what it would work on does not exist, or is not loaded.
    @Test(arguments: [
        ["ask", "--model", "nowhere", "--image", "nowhere.png", "What?", "--trace"],
        ["data", "inspect", "nowhere.jsonl", "--sheet"],
        ["compare", "nowhere", "nowhere", "--output"],
        ["evaluate", "--benchmark", "pope", "--rescore", "nowhere.jsonl", "--output"],
        ["evaluate", "--benchmark", "visualsearch", "--model", model, "--output"],
        ["select", "--data", "nowhere.jsonl", "--model", "nowhere", "--output"],
        ["sft", "--data", "nowhere.jsonl", "--model", "nowhere", "--output"],
        ["sft", "--data", "nowhere.jsonl", "--model", "nowhere", "--run"],
        ["train", "--model", "nowhere", "--run"],
        ["scenes", "--output"],
        ["transcripts", "--model", "nowhere", "--output"],
        ["nano-base", "--output"],
    ]) func anOutputThatCannotBeWrittenIsNamedFirst(_ arguments: [String]) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("", to: "file").path + "/output"
        let outcome = try DeepEyesCommand.run(arguments + [path])
        expectRefusal(
            outcome, naming: folder.path("file"), remedy: "check that the folder exists, is writable")
        #expect(!outcome.errors.contains("NS"), "\(outcome.errors)")
    }

    @Test func aMissingListOfPromptsIsNamedInPlainWords() throws {
        let folder = try TemporaryFolder()
        let outcome = try DeepEyesCommand.run("bench", "--model", Self.model, "--data", folder.url.path)
        expectRefusal(outcome, naming: folder.path("prompts.json"), remedy: "write a list of")
        #expect(!outcome.errors.contains("NS") && outcome.errors.contains("there is no such file"))
    }

    @Test func aQuestionLongerThanTheContextIsRefusedWithTheLengths() throws {
        let folder = try TemporaryFolder()
        let question = Array(repeating: "red", count: 5000).joined(separator: " ")
        let outcome = try DeepEyesCommand.run(
            "ask", "--model", Self.model, "--image", TestImage.whole.write(to: folder), question)
        expectRefusal(outcome, naming: "the context holds 4,096", remedy: "shorten the question")
    }
}
