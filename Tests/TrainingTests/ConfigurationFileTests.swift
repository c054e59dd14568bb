import Foundation
import Models
import Runs
import TestFixtures
import Testing
import Training

struct ConfigurationFileTests {
    private func load(_ text: String, overrides: [String] = []) throws -> TrainingConfiguration {
        let folder = try TemporaryFolder()
        let url = try folder.write(text, to: "training.yaml")
        return try ConfigurationFile.load(TrainingConfiguration(), from: url.path, overrides: overrides)
    }

    private func message(_ text: String, overrides: [String] = []) -> String {
        do {
            _ = try load(text, overrides: overrides)
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test func statesOnlyWhatItChanges() throws {
        let configuration = try load("steps: 7\nrollout: {groupSize: 4}\n", overrides: ["seed=9"])
        #expect(configuration.steps == 7)
        #expect(configuration.rollout.groupSize == 4)
        #expect(configuration.rollout.promptsPerStep == TrainingConfiguration().rollout.promptsPerStep)
        #expect(configuration.seed == 9)
    }

    @Test func resolvedTextReadsBackTheSame() throws {
        let configuration = try load("loss: {clipHigh: 0.28}\n")
        let text = try ConfigurationFile.text(of: configuration)
        #expect(try ConfigurationFile.text(of: load(text)) == text)
    }

    @Test func unknownKeysAreNamedWithTheirLineAndTheRightOnes() {
        let text = message("steps: 3\nrollout:\n  groupsize: 4\n")
        #expect(text.contains(":3:"))
        #expect(text.contains("unknown key groupsize under rollout"))
        #expect(text.contains("groupSize"))
    }

    @Test func wrongTypesAreNamed() {
        #expect(message("steps: many\n").contains("steps"))
        #expect(message("rollout: 3\n").contains("rollout takes the keys"))
        #expect(message("", overrides: ["steps"]).contains("key=value"))
        #expect(message("a: [1\n").contains("is not YAML"))
    }

    @Test func missingFileIsNamed() {
        #expect(throws: ConfigurationError.self) {
            try ConfigurationFile.load(TrainingConfiguration(), from: "/nowhere/nano.yaml")
        }
    }
}

struct RewardConfigurationTests {
    private func message(_ overrides: String...) -> String {
        do {
            try ConfigurationFile.load(TrainingConfiguration(), from: nil, overrides: overrides).validate()
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test func aProgramNeedsTheWeightsOfItsComponents() {
        #expect(message("reward.program=p", "reward.components={brevity: 0.5}") == "no error")
        #expect(message("reward.program=p").contains("reward.components"))
        #expect(message("reward.components={brevity: 0.5}").contains("reward.program"))
    }

    @Test func namesOfItsOwnAreRefused() {
        #expect(message("reward.program=p", "reward.components={tool: 1}").contains("reward.components.tool"))
    }
}

struct AlarmConfigurationTests {
    private func loaded(_ overrides: String...) throws -> TrainingConfiguration {
        let configuration = try ConfigurationFile.load(
            TrainingConfiguration(), from: nil, overrides: overrides)
        try configuration.validate()
        return configuration
    }

    @Test(arguments: [
        ("toolCollapse.action=shout", "alarms.toolCollapse.action", "off, warn, pause, stop"),
        ("toolCollapse.threshold=1.5", "alarms.toolCollapse.threshold", "below 1"),
        ("entropyCollapse.threshold=0", "alarms.entropyCollapse.threshold", "above 0"),
        ("groupsWithoutSignal.threshold=1", "alarms.groupsWithoutSignal.threshold", "below 1"),
        ("unjudged.threshold=-0.1", "alarms.unjudged.threshold", "at least 0"),
        ("truncated.threshold=.nan", "alarms.truncated.threshold", "at least 0"),
        ("lengthExplosion.threshold=1", "alarms.lengthExplosion.threshold", "above 1"),
        ("notFinite.threshold=3", "alarms.notFinite.threshold", "0, 1 or 2"),
        ("failed.window=0", "alarms.failed.window", "at least 1"),
        ("toolColapse.window=3", "unknown key toolColapse under alarms", "toolCollapse"),
    ])
    func mistakesAreNamed(assignment: String, key: String, remedy: String) {
        let error = #expect(throws: ConfigurationError.self) { try loaded("alarms.\(assignment)") }
        #expect(error?.description.contains(key) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains(remedy) == true, "\(error?.description ?? "")")
    }

    @Test func offIsAWord() throws {
        let configuration = try loaded("alarms.unjudged.action=off", "alarms.failed.action=pause")
        #expect(configuration.alarms.unjudged.action == .off)
        #expect(configuration.alarms.failed.action == .pause)
        let text = try ConfigurationFile.text(of: configuration)
        let folder = try TemporaryFolder()
        let url = try folder.write(text, to: "training.yaml")
        #expect(
            try ConfigurationFile.load(TrainingConfiguration(), from: url.path).alarms == configuration.alarms
        )
    }

    @Test func theDefaultsAreValid() throws {
        #expect(try loaded().alarms == AlarmConfiguration())
    }
}
