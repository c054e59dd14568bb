import Agent
import CounterRandom
import Evaluation
import Foundation
import Imaging
import Rollout
import Runs
import Synchronization
import Tasks
import TestFixtures
import Testing

/// Asking, checking, keeping and going on, with a model that always says the same.
@Suite struct EvaluatorTests {
    private static let fixtures = GoldenFolder().url.appending(path: "benchmarks")

    private struct Asked {
        let outcomes: [EvaluationSettings.Condition: [Outcome]]
        let isDone: Bool
        let bad: [Evaluator.BadItem]
    }

    private func ask(
        _ name: String, _ path: String, _ model: ScriptedModel, in folder: URL,
        stopAfter batches: Int = .max,
        change: (inout EvaluationSettings) -> Void = { _ in }
    ) async throws -> Asked {
        let benchmark = try Benchmark(named: name)
        var settings = EvaluationSettings()
        change(&settings)
        let evaluator = Evaluator(
            benchmark,
            items: try BenchmarkQuestions(benchmark, data: Self.fixtures.appending(path: path)),
            settings: settings, judge: ExactMatchJudge(),
            store: EvaluationStore(try TrajectoryStore(at: folder.appending(path: "run.sqlite"))))
        let bad = Mutex<[Evaluator.BadItem]>([])
        let isDone = try await evaluator.run(
            by: model, onProgress: { _ in }, onBadItem: { item in bad.withLock { $0.append(item) } },
            shouldStop: stopping(after: batches))
        return Asked(
            outcomes: try await evaluator.outcomes(), isDone: isDone, bad: bad.withLock { $0 })
    }

    // MARK: Options

    /// What the published script of V* rewards: saying A.
    @Test func alwaysSayingAIsRightOnlyWhereOptionsStayAsTheyLie() async throws {
        try await TemporaryFolder.with { folder in
            let parrot = ScriptedModel { _ in "<answer>A</answer>" }
            let asked = try await ask("vstar", "vstar", parrot, in: folder) { $0.shufflesOptions = false }
            #expect(asked.outcomes[.tools]?.allSatisfy { $0.isCorrect == true } == true)
        }
        try await TemporaryFolder.with { folder in
            let parrot = ScriptedModel { _ in "<answer>A</answer>" }
            let asked = try await ask("vstar", "vstar", parrot, in: folder) {
                ($0.samples, $0.temperature) = (64, 1)
            }
            let outcomes = asked.outcomes[.tools] ?? []
            let share = Double(outcomes.count { $0.isCorrect == true }) / Double(outcomes.count)
            #expect(share < 0.6)
            #expect(share > 0.15)
        }
    }

    @Test func bothArmsSeeTheSameOrder() async throws {
        try await TemporaryFolder.with { folder in
            let parrot = ScriptedModel { _ in "<answer>B</answer>" }
            _ = try await ask("hrbench-4k", "hrbench", parrot, in: folder)
            let (tools, without) = (parrot.requests.prefix(8), parrot.requests.suffix(8))
            #expect(tools.map(\.example.question) == without.map(\.example.question))
            #expect(tools.allSatisfy { $0.example.tools == ["image_zoom_in_tool"] })
            #expect(without.allSatisfy { $0.example.tools.isEmpty })
        }
    }

    @Test func namingTheRightOptionIsRightInAnyOrder() async throws {
        try await TemporaryFolder.with { folder in
            let parrot = ScriptedModel { "<answer>\($0.example.answer)</answer>" }
            let asked = try await ask("mme-realworld-lite", "mme-realworld-lite", parrot, in: folder)
            #expect(asked.outcomes[.tools]?.count == 6)
            #expect(asked.outcomes[.tools]?.allSatisfy { $0.isCorrect == true && $0.isParsed } == true)
        }
    }

    // MARK: Official scorers

    /// Those whose scorer reads the model's text alone; MM-Vet, MathVerse, LogicVista and ReasonSeg need more.
    @Test(arguments: [
        ("vstar", "vstar"), ("hrbench-4k", "hrbench"), ("pope", "pope"),
        ("mme-realworld-lite", "mme-realworld-lite"), ("mathvista", "mathvista"),
        ("mathvision", "mathvision/test.jsonl"), ("wemath", "wemath/WeMath.tsv"), ("mmmu", "mmmu"),
        ("mmstar", "mmstar"), ("slake", "slake"), ("aime2024", "aime2024"),
    ]) func theRightAnswersAreRightToTheOfficialScorer(name: String, path: String) async throws {
        try await TemporaryFolder.with { folder in
            let benchmark = try Benchmark(named: name)
            let questions = try BenchmarkQuestions(benchmark, data: Self.fixtures.appending(path: path))
            var settings = EvaluationSettings()
            settings.scoring = .published
            let evaluator = Evaluator(
                benchmark, items: questions, settings: settings, judge: ExactMatchJudge(),
                store: EvaluationStore(try TrajectoryStore(at: folder.appending(path: "run.sqlite"))))
            let parrot = ScriptedModel {
                "<think>Look.</think>\n<answer>\($0.example.answer)</answer><|im_end|>"
            }
            _ = try await evaluator.run(
                by: parrot, onProgress: { _ in }, onBadItem: { _ in }, shouldStop: { false })
            let file = folder.appending(path: "predictions.jsonl")
            try await Data(evaluator.predictions(.tools).utf8).write(to: file)
            let score = try #require(benchmark.published).score(file, data: nil)
            #expect(score.overall.total == questions.count)
            #expect(score.overall.correct == questions.count)
        }
    }

    // MARK: Other answers

    @Test func anUnreadableAnswerIsWrongAndCounted() async throws {
        try await TemporaryFolder.with { folder in
            let asked = try await ask("pope", "pope", ScriptedModel { _ in "perhaps" }, in: folder)
            #expect(asked.outcomes[.tools]?.allSatisfy { $0.isCorrect == false && !$0.isParsed } == true)
        }
    }

    @Test func aBoxIsMeasuredAgainstTheTruth() async throws {
        try await TemporaryFolder.with { folder in
            let parrot = ScriptedModel { _ in #"<answer>{"bbox_2d": [10, 8, 30, 24]}</answer>"# }
            let asked = try await ask("refcoco", "refcoco/refcoco_testA.jsonl", parrot, in: folder)
            let overlaps = (asked.outcomes[.tools] ?? []).map { ($0.intersection ?? 0) / ($0.union ?? 1) }
            // The first is the truth itself; against [0, 0, 20, 16]: 10 · 8 of 320 + 320 − 80.
            #expect(overlaps.count == 2)
            #expect(abs(overlaps[0] - 1) < 1e-12)
            #expect(abs(overlaps[1] - 80.0 / 560) < 1e-12)
        }
    }

    @Test func aRegionIsMeasuredByItsPixels() async throws {
        try await TemporaryFolder.with { folder in
            // With its outline the polygon covers 20 · 10 pixels, of which the box holds 19 · 10.
            let parrot = ScriptedModel { _ in #"<answer>{"bbox_2d": [10, 5, 29, 15]}</answer>"# }
            let asked = try await ask("reasonseg", "reasonseg", parrot, in: folder)
            let first = try #require(asked.outcomes[.tools]?.first)
            #expect(first.intersection == 190)
            #expect(first.union == 200)
        }
    }

    @Test func aBoxBeyondAllBoundsIsOnlyWrong() async throws {
        try await TemporaryFolder.with { folder in
            let parrot = ScriptedModel { _ in
                #"<answer>{"bbox_2d": [-1e300, -5, 1e300, 1e300]}</answer>"#
            }
            let asked = try await ask("reasonseg", "reasonseg", parrot, in: folder)
            #expect(asked.outcomes[.tools]?.allSatisfy { $0.isCorrect == false } == true)
        }
    }

    // MARK: Going on

    @Test func whatWasAnsweredIsNotAskedAgain() async throws {
        try await TemporaryFolder.with { folder in
            let first = ScriptedModel { _ in "<answer>B</answer>" }
            let stopped = try await ask("hrbench-4k", "hrbench", first, in: folder, stopAfter: 3) {
                $0.concurrency = 2
            }
            #expect(!stopped.isDone)
            #expect(first.requests.count == 6)
            let second = ScriptedModel { _ in "<answer>B</answer>" }
            let resumed = try await ask("hrbench-4k", "hrbench", second, in: folder) { $0.concurrency = 2 }
            #expect(resumed.isDone)
            #expect(second.requests.count == 10)
            try await TemporaryFolder.with { other in
                let whole = try await ask(
                    "hrbench-4k", "hrbench", ScriptedModel { _ in "<answer>B</answer>" }, in: other)
                #expect(whole.outcomes == resumed.outcomes)
            }
        }
    }

    @Test func otherSettingsNeedAnotherFolder() throws {
        try TemporaryFolder.with { url in
            let benchmark = try Benchmark(named: "vstar")
            var settings = EvaluationSettings()
            func open() throws -> EvaluationFolder {
                try EvaluationFolder(url, holding: .init(benchmark, model: "m", settings: settings))
            }
            _ = try open()
            settings.seed = 2
            // Without an answer there is nothing to continue.
            let database = try open().databaseFile
            let store = try TrajectoryStore(at: database)
            #expect(throws: Never.self) { try open() }
            try store.insert([.sample(origin: .evaluation("tools"), step: 0)])
            #expect(throws: Never.self) { try open() }
            settings.seed = 3
            #expect(throws: BenchmarkError.self) { try open() }
        }
    }
}
