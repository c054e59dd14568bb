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
        return try TrainingConfiguration.load(from: url.path, overrides: overrides)
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
        let configuration = try load("algorithm: {objective: {clipHigh: 0.28}}\n").resolved
        let text = try ConfigurationFile.text(of: configuration)
        #expect(try ConfigurationFile.text(of: load(text)) == text)
    }

    @Test func aRunWithoutScenesIsDescribedWithoutThem() throws {
        let own = try load("data: {parts: [{file: questions.jsonl}]}\n")
        let text = try own.resolvedText()
        #expect(!text.contains("task:") && !text.contains("backgrounds") && !text.contains("scenes"))
        #expect(try load(text).resolvedText() == text)
        #expect(
            try ConfigurationFile.text(of: load(text).resolved) == ConfigurationFile.text(of: own.resolved))
        for scenes in [
            "data: {parts: [{file: questions.jsonl}, {weight: 1}]}\n", "evaluation: [{scenes: 5}]\n",
        ] {
            #expect(try load(scenes).resolvedText().contains("\ntask:"))
        }
    }

    @Test func unknownKeysAreNamedWithTheirLineAndTheRightOnes() {
        let text = message("steps: 3\nrollout:\n  groupsize: 4\n")
        #expect(text.contains(":3:"))
        #expect(text.contains("unknown key groupsize under rollout"))
        #expect(text.contains("groupSize"))
    }

    @Test func wrongTypesAreNamed() {
        #expect(message("steps: many\n").hasSuffix(":1: steps must be a whole number, not many"))
        #expect(message("rollout: 3\n").contains("rollout takes the keys"))
        #expect(message("", overrides: ["steps"]).contains("key=value"))
        #expect(message("a: [1\n").contains("is not YAML"))
    }

    @Test(arguments: [
        ("advantage: {normalizesByDeviation: false}", "advantage is now algorithm.advantage: groupDeviation"),
        ("loss: {clipLow: 0.1}", "loss is now algorithm.objective"),
        ("evaluation: {scenes: 20}", "evaluation.scenes is now evaluation: [{scenes: 500}]"),
    ])
    func keysOfEarlierVersionsSayHowTheyAreSpelledNow(text: String, expected: String) {
        #expect(message(text + "\n").contains(expected), "\(message(text))")
        #expect(message(text + "\n").contains(":1: "))
    }

    @Test func missingFileIsNamed() {
        #expect(throws: ConfigurationError.self) {
            try TrainingConfiguration.load(from: "/nowhere/nano.yaml")
        }
    }
}

struct EvaluationConfigurationTests {
    private func configuration(_ overrides: String...) throws -> TrainingConfiguration {
        try TrainingConfiguration.load(from: nil, overrides: overrides)
    }

    private func problem(_ overrides: String...) -> String {
        do {
            try TrainingConfiguration.load(from: nil, overrides: overrides).validate()
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test func whatIsTrainedOnDecidesWhatIsEvaluated() throws {
        #expect(try configuration().evaluations.map(\.name) == ["scenes"])
        let own = try configuration("data.parts=[{file: questions.jsonl}]").evaluations
        #expect(own.map(\.name) == ["held-out"] && own[0].holdOut == 0.05)
        let both = try configuration("data.parts=[{file: questions.jsonl}, {weight: 1}]").evaluations
        #expect(both.map(\.name) == ["scenes", "held-out"])
        #expect(try configuration("evaluation=[]").evaluations.isEmpty)
    }

    @Test func theResolvedConfigurationListsWhatWasDecided() throws {
        let text = try ConfigurationFile.text(of: configuration().resolved)
        #expect(text.contains("scenes: 500") && !text.contains("automatic"))
    }

    @Test func anEvaluationIsNamedAfterWhatItAsks() throws {
        let plans = try configuration(
            "evaluation=[{benchmark: pope, data: a.json, every: 50, limit: 10}, {benchmark: my/own.yaml, data: b}]"
        ).evaluations
        #expect(plans.map(\.name) == ["pope", "own"])
        #expect(plans[0].every == 50 && plans[0].limit == 10)
    }

    @Test(arguments: [
        ("evaluation=[{}]", "give exactly one of"),
        ("evaluation=[{scenes: 5, benchmark: pope}]", "give exactly one of"),
        ("evaluation=[{holdOut: 1.5}]", "evaluation[0].holdOut is 1.5; it must be at least 0 and below 1"),
        ("evaluation=[{scenes: 5, evry: 3}]", "unknown key; the keys are name, benchmark"),
        ("evaluation=[{scenes: 5, limit: -1}]", "limit is -1"),
        ("evaluation=[{scenes: 5, name: a/b}]", "must not contain a slash"),
        ("evaluation=[{scenes: 5}, {scenes: 6}]", "two entries named scenes"),
        ("evaluation=[{holdOut: 0.1}]", "data.parts names no file"),
        ("evaluation=sometimes", "must be a list such as"),
        ("tools=[zoom]", "there is no tool zoom; the tools are image_zoom_in_tool"),
        ("reward.perception.bonusTools=[zoom]", "there is no tool zoom"),
        ("algorithm.objective.dualClip=1", "algorithm.objective.dualClip is 1; it must be above 1"),
        ("algorithm.normalizer.tokens=0", "algorithm.normalizer.tokens is 0"),
    ])
    func whatCannotWorkIsNamed(override: String, expected: String) {
        #expect(problem(override).contains(expected), "\(problem(override))")
    }
}

struct RewardConfigurationTests {
    private func message(_ overrides: String...) -> String {
        do {
            try TrainingConfiguration.load(from: nil, overrides: overrides).validate()
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
        let configuration = try TrainingConfiguration.load(from: nil, overrides: overrides)
        try configuration.validate()
        return configuration
    }

    @Test(arguments: [
        ("toolCollapse.action=shout", "alarms.toolCollapse.action", "use off, warn, pause or stop"),
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
            try TrainingConfiguration.load(from: url.path).alarms == configuration.alarms
        )
    }

    @Test func theDefaultsAreValid() throws {
        #expect(try loaded().alarms == AlarmConfiguration())
    }
}
