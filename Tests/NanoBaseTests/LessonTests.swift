import Agent
import Foundation
import Imaging
import Models
import NanoBase
import Tasks
import TestFixtures
import TestSupport
import Testing
import Torch
import Training

/// What the base of the nano model is taught.
@Suite struct LessonTests {
    let model: PolicyModel
    let configuration = NanoBaseConfiguration()
    let lessons: SceneLessons

    init() throws {
        model = try PolicyModel(directory: ShippedModel.nanoBase)
        lessons = try SceneLessons(configuration, format: model.format)
    }

    func counts(_ change: (inout LessonCounts) -> Void) -> LessonCounts {
        var counts = LessonCounts()
        change(&counts)
        return counts
    }

    func texts(_ lesson: SceneLessons.Lesson) -> [[String]] {
        lesson.tree.branches.map { branch in branch.segments.map { model.format.text(of: $0.tokens) } }
    }

    @Test func questionsAboutTheSameViewShareItsPrompt() throws {
        let lessons = try lessons.lessons(
            ofScene: 3,
            counts {
                $0.grounding = 2
                $0.relation = 1
                $0.attribute = 3
                $0.closeUp = 2
            })
        #expect(lessons.map(\.tree.branches.count) == [3, 3, 1, 1])
        #expect(lessons.map(\.tree.prompt.images.count) == [1, 1, 1, 1])
    }

    func completions(_ lesson: SceneLessons.Lesson) -> String {
        zip(lesson.tree.branches[0].segments, texts(lesson)[0]).filter { $0.0.kind == .completion }
            .map(\.1).joined(separator: "\n")
    }

    func crops(_ lesson: SceneLessons.Lesson) -> [ViewedImage] {
        lesson.tree.branches[0].segments.flatMap(\.images)
    }

    @Test func aFractionOfALessonIsAChance() throws {
        let asked = try (0..<80).flatMap { scene in
            try lessons.lessons(ofScene: scene, counts { $0.relation = 0.25 }).flatMap(texts).map { $0[0] }
        }
        #expect((8...32).contains(asked.count))
    }

    @Test func relationsAreAskedBothWaysWhateverTheirNumber() throws {
        let asked = try (0..<6).flatMap { scene in
            try lessons.lessons(ofScene: scene, counts { $0.relation = 1 }).flatMap(texts).map { $0[0] }
        }
        #expect(asked.contains { $0.contains("left of") })
        #expect(asked.contains { $0.contains("above") })
    }

    @Test func aPromptAndItsQuestionAreTheTokensOfTheWholePrompt() throws {
        let lesson = try lessons.lessons(ofScene: 3, counts { $0.grounding = 1 })[0]
        let question = lesson.tree.prompt.tokens + lesson.tree.branches[0].segments[0].tokens
        let text = try #require(texts(lesson)[0][0].split(separator: "<|im_end|>").first).trimmed
        let whole = try model.format.prompt(
            [Message(role: .user, content: [.image(lesson.tree.prompt.images[0]), .text(String(text))])],
            tools: [])
        #expect(question == whole.tokens)
    }

    @Test func groundingIsAnsweredWithTheBoxThatHeadsAreTaught() throws {
        let lesson = try lessons.lessons(ofScene: 5, counts { $0.grounding = 1 })[0]
        let answer = try #require(texts(lesson)[0].last?.split(separator: "<|im_end|>").first)
        let answered = try #require(BoxAnswer.box(in: String(answer)))
        let box = try #require(lesson.boxes[0])
        #expect(answered.intersectionOverUnion(with: box) > 0.85)
    }

    /// The base of the bonus study knows the common colour; a look that misses suggests any.
    @Test func withoutALookTheCommonColourIsAnswered() throws {
        var configuration = configuration
        configuration.task.commonBullsEye = 0.5
        let lessons = try SceneLessons(configuration, format: model.format)
        var answers: [Bool: Set<String>] = [:]
        for index in 0..<30 {
            let lesson = try lessons.lessons(ofScene: index, counts { $0.attribute = 6 })[0]
            for (branch, texts) in zip(lesson.tree.branches, texts(lesson)) {
                let answer = try #require(Markup.answer(in: texts[texts.count - 1]))
                answers[branch.segments.count > 2, default: []].insert(answer)
            }
        }
        #expect(answers[false] == [configuration.task.bullsEyeColours[0].name])
        #expect((answers[true]?.count ?? 0) > 4)
    }

    /// A pointing lesson teaches the box and the answer, not the call.
    @Test func pointingIsTaughtWithoutCalling() throws {
        for index in 0..<10 {
            let lesson = try lessons.lessons(ofScene: index, counts { $0.pointing = 1 })[0]
            let learned = completions(lesson).split(separator: "\n").map(String.init)
            #expect(learned[0].wholeMatch(of: /\d+, \d+, \d+, \d+/) != nil)
            #expect(learned[1] == "<think>I see it now.</think>")
            #expect(lesson.boxes[0] != nil && crops(lesson).count == 1)
        }
    }

    /// The habit may be imprecise, but what is said after a crop that shows the target is true.
    @Test func answersAfterACropThatShowsTheTargetAreRight() throws {
        let scenes = try VisualSearch(configuration.task, seed: configuration.seed, split: .training)
        var (shown, calls) = (0, 0)
        for index in 0..<20 {
            let lesson = try lessons.lessons(ofScene: index, counts { $0.attribute = 4 })[0]
            for (branch, texts) in zip(lesson.tree.branches, texts(lesson)) where branch.segments.count > 2 {
                calls += 1
                let object = try #require(
                    scenes.scene(at: index).objects.first { texts[0].contains("the \($0.name)?") })
                let crop = try #require(branch.segments[2].images.first)
                guard crop.region.contains(x: object.centre.x, y: object.centre.y) else { continue }
                shown += 1
                #expect(Markup.answer(in: texts[3]) == object.bullsEye.name)
            }
        }
        #expect(shown > 10)
        #expect(calls > shown && calls < 60)
    }

    @Test func eachObjectOfAViewBelongsToTheTokenThatHoldsItsCentre() throws {
        let view = try lessons.views(ofScene: 8, cropCount: 0)[0]
        let targets = DenseTargets(of: [view], task: configuration.task, tokenSide: 28)
        let scene = try VisualSearch(configuration.task, seed: configuration.seed, split: .training)
            .scene(at: 8)
        #expect(targets.presence.count == 16)
        #expect(targets.presence.reduce(0, +) == Int64(targets.tokens.count))
        #expect(targets.tokens.count <= scene.objects.count)
        // Tokens are 280 pixels of the canvas wide.
        let expected = scene.objects.map { Int64($0.centre.y) / 280 * 4 + Int64($0.centre.x) / 280 }
        #expect(Set(targets.tokens) == Set(expected))
        #expect(targets.legibleTokens.isEmpty)
    }

    @Test func aCropMakesTheBullsEyeLegible() throws {
        let views = try (0..<10).flatMap { try lessons.views(ofScene: $0, cropCount: 3) }
        let targets = DenseTargets(of: views, task: configuration.task, tokenSide: 28)
        #expect(targets.presence.count == views.reduce(0) { $0 + $1.tokenCount })
        #expect(!targets.legibleTokens.isEmpty)
        #expect(Set(targets.legibleTokens).isSubset(of: Set(targets.tokens)))
    }

    @Test func coordinatesAreBlurredAndNothingElse() throws {
        let lesson = try lessons.lessons(ofScene: 5, counts { $0.grounding = 1 })[0]
        let packer = BatchPacker(
            shape: model.model.shape, processor: model.processor, tokensPerPass: 4096)
        let pass = try packer.passes(of: [lesson.tree])[0]
        let sharp = CoordinateBlur(model.format.tokenizer, deviation: 0)(pass)
        #expect(sharp.targets == pass.targets)
        let blurred = CoordinateBlur(model.format.tokenizer, deviation: 0.7)(pass)
        // Four coordinates, each spread over 7 neighbours.
        #expect(blurred.targets.count == pass.targets.count + 4 * 6)
        #expect(abs(blurred.weights.reduce(0, +) - Float(pass.targets.count)) < 1e-4)
    }

    @Test func stagesMakeACheckpointFromNothingAndAreNotRepeated() async throws {
        let folder = try TemporaryFolder()
        try await onOwnThread {
            var configuration = NanoBaseConfiguration()
            configuration.vision.steps = 2
            configuration.vision.lessons.crop = 1
            configuration.vision.denseWeight = 1
            configuration.language.steps = 1
            configuration.language.lessons.grounding = 1
            configuration.language.boxWeight = 1
            configuration.tools.steps = 1
            configuration.tools.lessons.attribute = 2
            configuration.practice.steps = 1
            configuration.practice.lessons.closeUp = 2
            for keyPath in [\NanoBaseConfiguration.vision, \.language, \.tools, \.practice] {
                configuration[keyPath: keyPath].scenesPerStep = 2
            }
            var stages: [String] = []
            let trainer = NanoBaseTrainer(configuration, folder: folder.file("stages"))
            let checkpoint = try trainer.run {
                stages.append($0.stage)
            } shouldStop: {
                false
            }
            #expect(stages == ["vision", "vision", "language", "tools", "practice"])
            let model = try PolicyModel(directory: #require(checkpoint)).model
            let weights = model.parameters.flatMap { $0.tensor.values(as: Float.self) }
            #expect(weights.allSatisfy { $0.isFinite })
            stages = []
            _ = try trainer.run {
                stages.append($0.stage)
            } shouldStop: {
                false
            }
            #expect(stages.isEmpty)
        }
    }

    /// Passes dealt to two workers have the losses and the gradient of one.
    @Test func workersTeachWhatOneTeaches() async throws {
        let folder = try TemporaryFolder()
        try await onOwnThread {
            var configuration = NanoBaseConfiguration()
            configuration.language.steps = 2
            configuration.language.scenesPerStep = 3
            configuration.language.lessons.crop = 1
            configuration.language.lessons.grounding = 1
            configuration.language.lessons.attribute = 2
            configuration.language.denseWeight = 0.5
            configuration.language.boxWeight = 1
            configuration.tokensPerPass = 600
            let steps = try [1, 2].map { workers in
                configuration.workers = workers
                var steps: [NanoBaseTrainer.Step] = []
                _ = try NanoBaseTrainer(configuration, folder: folder.file("workers-\(workers)")).run {
                    steps.append($0)
                } shouldStop: {
                    false
                }
                return steps
            }
            for (one, two) in zip(steps[0], steps[1]) {
                let pairs = [
                    (one.answerLoss, two.answerLoss), (one.denseLoss, two.denseLoss),
                    (one.boxLoss, two.boxLoss), (one.gradientNorm, two.gradientNorm),
                ]
                for (first, second) in pairs { #expect(abs(first - second) <= 1e-4 * abs(first)) }
            }
        }
    }
}
