import Foundation
import TestFixtures
import Testing

/// What is typed wrong, and what the answer says.
struct CommandMistakeTests {
    @Test(arguments: [
        (["trian"], "there is no command deepeyes trian. Did you mean train?"),
        (["data", "inspct", "a.jsonl"], "there is no command deepeyes data inspct. Did you mean inspect?"),
        (["train", "--modle", "x"], "Did you mean '--model'?"),
        (["ask", "--temperature", "-1", "--image", "a.png", "q"], "it must be at least 0"),
        (["ask", "--temperature", "warm", "--image", "a.png", "q"], "it must be a number, at least 0"),
        (["evaluate", "--benchmark", "pope", "--model", "m", "--samples", "0"], "it must be at least 1"),
        (["serve", "--port", "99999"], "it must be from 0 to 65535"),
        (["select", "--data", "a", "--output", "b", "--temperature", "0"], "greedy answers are identical"),
        (["bench", "--data", "x", "--measure", "speed"], "one of 'generation' and 'step'"),
        (["config", "rolout"], "there is no key rolout. Did you mean rollout?"),
        (["train", "--run", "nowhere", "--resume", "--set", "seed=3"], "it has no config.yaml"),
    ])
    func aMistypedArgumentIsAnsweredWithARemedyAndNoUsage(arguments: [String], remedy: String) throws {
        let outcome = try DeepEyesCommand.run(arguments)
        #expect(outcome.hasExited && outcome.status != 0)
        #expect(
            outcome.errors.hasPrefix("deepeyes: ") && outcome.errors.contains(remedy), "\(outcome.errors)")
        #expect(!outcome.errors.contains("Usage:") && outcome.errors.count < 500, "\(outcome.errors)")
    }

    @Test func aValueThatCannotWorkIsRefusedBeforeAnything() throws {
        let folder = try TemporaryFolder()
        for override in ["rollout.groupSize=1", "rollout.sampling.temperature=-1"] {
            let outcome = try DeepEyesCommand.run(
                "train", "--config", "Configurations/nano.yaml", "--set", override, "--run",
                folder.path("run"))
            expectRefusal(outcome, naming: "--set \(override)", remedy: "it must be at least")
        }
        #expect(try folder.names == [])
    }

    @Test func aNameOfTheHubSaysHowToDownloadIt() throws {
        let folder = try TemporaryFolder()
        let name = "Qwen/Qwen2.5-VL-3B-Instruct"
        for arguments in [
            ["ask", "--model", name, "--image", "a.png", "q"], ["serve", "--model", name],
            ["train", "--model", name, "--run", folder.path("run")],
            [
                "evaluate", "--benchmark", "visualsearch", "--model", name, "--output",
                folder.path("evaluation"),
            ],
        ] {
            expectRefusal(
                try DeepEyesCommand.run(arguments), naming: name,
                remedy: "hf download \(name) --local-dir models/Qwen2.5-VL-3B-Instruct")
        }
        #expect(try folder.names == [])
    }

    @Test func aMissingFileOfPromptsIsNoProgrammersError() throws {
        let folder = try TemporaryFolder()
        let outcome = try DeepEyesCommand.run("bench", "--data", folder.url.path)
        expectRefusal(outcome, naming: folder.path("prompts.json"), remedy: "write a list of")
        #expect(!outcome.errors.contains("Domain"))
    }
}
