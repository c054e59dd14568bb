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
            "sft", "--model", ShippedModel.nanoBase.path, "--data", path, "--output", folder.path("out"))
        expectRefusal(outcome, naming: "\(path):2", remedy: "a line is a JSON object with messages")
    }
}
