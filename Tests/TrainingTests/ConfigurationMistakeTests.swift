import Agent
import Foundation
import TestFixtures
import Testing
import Torch
import Training

/// Places of mistakes, and what is said about them.
struct ConfigurationMistakeTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = try folder.write(
            "steps: 7\nrollout:\n  groupSize: 1\n  sampling: {temperature: 1}\n", to: "own.yaml"
        ).path
    }

    private func message(from path: String?, _ overrides: String...) -> String {
        do {
            _ = try TrainingConfiguration.load(from: path, overrides: overrides)
            return "no error"
        } catch { return "\(error)" }
    }

    @Test func aValueOfAFileIsBlamedOnItsLine() {
        #expect(
            message(from: path) == """
                \(path):3: rollout.groupSize is 1; it must be at least 2: the reward of a trajectory is compared with \
                those of the others of its group
                """)
    }

    @Test func aValueOfAnOverrideIsBlamedOnTheOverride() {
        #expect(
            message(from: path, "rollout.groupSize=4", "rollout.sampling.temperature=-1")
                == "--set rollout.sampling.temperature=-1: rollout.sampling.temperature is -1; it must be at least 0"
        )
        #expect(
            message(from: path, "rollout.groupSize=4", "steps=many")
                == "--set steps=many: steps must be a whole number, not many")
        #expect(message(from: path, "rollout.groupSize=4") == "no error")
    }

    @Test(arguments: [
        ("rollout.groupSize=1", "at least 2"), ("rollout.sampling.temperature=-1", "at least 0"),
        ("rollout.sampling.temperature=0", "above 0"), ("rollout.sampling.topP=0", "above 0 and at most 1"),
        ("rollout.sampling.topK=-1", "at least 0"), ("rollout.limits.toolCalls=-1", "at least 0"),
        ("rollout.limits.contextTokens=0", "at least 1"), ("optimizer.learningRate=-1e-4", "above 0"),
        ("optimizer.learningRate=.nan", "above 0"), ("optimizer.adamW.beta1=1", "at least 0 and below 1"),
        ("optimizer.adamW.epsilon=0", "above 0"), ("optimizer.warmUpSteps=-1", "at least 0"),
        ("optimizer.maximumGradientNorm=0", "above 0"), ("checkpoint.every=0", "at least 1"),
        ("judge.attempts=0", "at least 1"), ("judge.connectSeconds=0", "above 0"),
        ("judge.minimumAgreement=90", "from 0 to 1"), ("data.toleratedBadFraction=2", "from 0 to 1"),
        ("workers=0", "from 1 to 1024"), ("steps=-1", "at least 0"), ("task.canvas=0", "from 1 to 16384"),
        ("reward.timeoutSeconds=0", "above 0"), ("task.questionsPerScene=0", "at least 1"),
    ])
    func aValueThatCannotWorkIsRefusedWithItsRange(override: String, range: String) {
        let key = override.prefix { $0 != "=" }
        let text = message(from: nil, override)
        #expect(text.hasPrefix("--set \(override): \(key) is "), "\(text)")
        #expect(text.contains("it must be \(range)"), "\(text)")
    }

    @Test(arguments: [
        ("algorithm.advantage=foo", "foo is not a value of it; use groupDeviation, groupMean, leaveOneOut"),
        ("optimizer.schedule=cosin", "use constant, linear or cosine. Did you mean cosine?"),
        ("algorithm.mask.groups=none", "use withSignal or all"),
        ("reward.perception.toolBonusRule=always", "use none, unconditional or conditional"),
        ("stpes=3", "did you mean steps?"), ("groupSize=4", "did you mean rollout.groupSize?"),
        ("rollout.groupsize=4", "did you mean rollout.groupSize?"),
        (
            "data.parts=questions.jsonl",
            "data.parts must be a list, not questions.jsonl; write data.parts=[{file: …}]"
        ),
        (
            "data.parts=[{fil: a}]",
            "data.parts[0].fil: unknown key; the keys are file, weight. Did you mean file?"
        ),
        ("data.parts=[{weight: 0}]", "data.parts[0].weight is 0; it must be above 0"),
        ("evaluation=[{scenes: 5, evry: 3}]", "Did you mean every?"),
        ("steps=[1", "the value is not YAML"), ("device=gpu", "use \"cpu\""),
        ("rollout=3", "rollout takes the keys groupSize"), ("seed=-1", "a whole number, at least 0, not -1"),
        ("task.objectSize=[190, 120]", "must not exceed the second"),
    ])
    func aMistakeIsAnsweredWithARemedy(override: String, remedy: String) {
        let text = message(from: nil, override)
        #expect(text.hasPrefix("--set \(override): ") && text.contains(remedy), "\(text)")
        #expect(!text.contains("\n") && !text.contains("Double") && !text.contains("Cannot initialize"))
    }

    @Test func aFileThatIsNoneIsNamed() {
        #expect(message(from: folder.path("no.yaml")).hasSuffix("the file does not exist; check the path"))
        #expect(message(from: folder.url.path).contains("is a folder; give a YAML file"))
    }

    @Test func aRecordedRunIsReadThoughItsValuesWouldBeRefusedNow() throws {
        #expect(try TrainingConfiguration.recorded(at: path).rollout.groupSize == 1)
    }

    @Test func numbersAreWrittenAsPeopleWriteThem() throws {
        var configuration = TrainingConfiguration()
        configuration.optimizer.learningRate = 1e-6
        configuration.optimizer.adamW.beta2 = 0.98
        configuration.backgrounds = "1e3"
        let text = try ConfigurationFile.text(of: configuration)
        for line in [
            "learningRate: 1e-06\n", "beta2: 0.98\n", "epsilon: 1e-08\n", "temperature: 1\n",
            "toolBonus: 1.2\n", "backgrounds: '1e3'\n", "- 0.3\n",
        ] {
            #expect(text.contains(line), "\(line)")
        }
        #expect(!text.contains("e+0"))
        let file = try folder.write(text, to: "again.yaml")
        let again = try TrainingConfiguration.load(from: file.path)
        #expect(again.optimizer == configuration.optimizer && again.backgrounds == "1e3")
    }

    @Test func aConfigurationWrittenByAnEarlierVersionIsRead() throws {
        let old =
            "optimizer:\n  learningRate: 9.9999999999999995e-07\nrollout:\n  sampling:\n    temperature: 1e+0\n"
        let file = try folder.write(old, to: "old.yaml")
        let configuration = try TrainingConfiguration.load(from: file.path)
        #expect(
            configuration.optimizer.learningRate == 1e-6 && configuration.rollout.sampling.temperature == 1)
    }

    @Test func aRunAsTheBaseIsRecordedAsItsNewestCheckpoint() throws {
        for step in [5, 20, 100] {
            let checkpoint = folder.url.appending(path: "run/checkpoints/step-\(step)")
            try FileManager.default.createDirectory(at: checkpoint, withIntermediateDirectories: true)
            try Data("{}".utf8).write(to: checkpoint.appending(path: "config.json"))
        }
        var configuration = TrainingConfiguration()
        configuration.model = folder.path("run")
        #expect(configuration.resolved.model == folder.path("run/checkpoints/step-100"))
    }
}
