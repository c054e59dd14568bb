import Foundation
import TestFixtures
import Testing

/// Images, configurations and conversations that cannot be used.
struct BadInputTests {
    @Test(
        arguments: zip(
            [TestImage.cutShort, .text, .empty, .huge, .thin],
            ["download it again", "Convert it", "download it again", "Scale it down", "crop it"]))
    func anImageIsRefused(_ image: TestImage, remedy: String) throws {
        let folder = try TemporaryFolder()
        let path = try image.write(to: folder)
        let outcome = try DeepEyesCommand.run(
            "ask", "--model", ShippedModel.nanoBase.path, "--image", path, "What is it?")
        expectRefusal(outcome, naming: path, remedy: remedy)
    }

    @Test func aMissingImageIsNamed() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("nowhere.png")
        let outcome = try DeepEyesCommand.run(
            "ask", "--model", ShippedModel.nanoBase.path, "--image", path, "What is it?")
        expectRefusal(outcome, naming: path, remedy: "Check the path")
    }

    @Test func anUnknownConfigurationKeyIsNamedWithTheRightOnes() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("steps: 3\nrollout:\n  groupsize: 4\n", to: "nano.yaml").path
        let outcome = try DeepEyesCommand.run("train", "--config", path, "--run", folder.path("run"))
        expectRefusal(outcome, naming: "\(path):3", remedy: "did you mean rollout.groupSize?")
    }

    @Test func anImpossibleNumberIsNamed() throws {
        let folder = try TemporaryFolder()
        let outcome = try DeepEyesCommand.run(
            "train", "--set", "rollout.promptsPerStep=0", "--run", folder.path("run"))
        expectRefusal(outcome, naming: "rollout.promptsPerStep", remedy: "must be at least 1")
    }

    @Test func aLineThatIsNoConversationIsNamed() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("\n{\"messages\": 3}\n", to: "data.jsonl").path
        let outcome = try DeepEyesCommand.run(
            "sft", "--model", ShippedModel.nanoBase.path, "--data", path, "--run", folder.path("run"))
        expectRefusal(outcome, naming: "\(path):2", remedy: "messages must be a list")
    }

    private static let question = #"{"messages": [{"role": "user", "content": "What?"}]"#

    /// Data are read before the base is evaluated, and the folder does not block the next start.
    @Test func unusableRowsAreRefusedBeforeAnyWork() throws {
        let folder = try TemporaryFolder()
        let data = try folder.write(String(repeating: "\(Self.question)}\n", count: 40), to: "rows.jsonl")
            .path
        let arguments = [
            "train", "--model", ShippedModel.nanoBase.path, "--run", folder.path("run"), "--set",
            "data.parts=[{file: \(data)}]",
        ]
        for _ in 0..<2 {
            expectRefusal(
                try DeepEyesCommand.run(arguments), naming: "\(data): ",
                remedy: "answer is missing (38 rows like it)")
        }
        #expect(try folder.names == ["rows.jsonl"])
    }

    @Test func inspectingRowsOfWhichNoneIsGoodFails() throws {
        let folder = try TemporaryFolder()
        let bad = try folder.write("\(Self.question)}\n", to: "bad.jsonl").path
        expectRefusal(
            try DeepEyesCommand.run("data", "inspect", bad), naming: "no row can be used", remedy: "correct")
        let mixed = try folder.write(
            "\(Self.question)}\n\(Self.question), \"answer\": 3}\n", to: "mixed.jsonl"
        ).path
        #expect(try DeepEyesCommand.run("data", "inspect", mixed).status == 0)
    }

    @Test func aPictureIsNotReadAsRows() throws {
        let folder = try TemporaryFolder()
        let path = try TestImage.whole.write(to: folder)
        expectRefusal(
            try DeepEyesCommand.run("data", "inspect", path), naming: path, remedy: "give a JSONL file")
    }
}
