import CounterRandom
import Imaging
import Settings
import Tasks
import Testing

@Suite struct SceneTests {
    private func scenes(
        _ count: Int, _ configuration: VisualSearchConfiguration = .init(), seed: UInt64 = 1
    ) throws -> [Scene] {
        let search = try VisualSearch(configuration, seed: seed, split: .training)
        return (0..<count).map(search.scene(at:))
    }

    @Test func objectsLieOnTheCanvasAndDoNotOverlap() throws {
        let configuration = VisualSearchConfiguration()
        for scene in try scenes(300) {
            #expect(configuration.objectCount.contains(scene.objects.count))
            for (index, object) in scene.objects.enumerated() {
                #expect(configuration.objectSize.contains(object.size))
                let free = Rectangle(10, 10, 1110, 1110)
                #expect(free.contains(object.box))
                for other in scene.objects[..<index] {
                    #expect(object.box.intersection(other.box) == nil)
                    let distance = max(
                        abs(object.centre.x - other.centre.x), abs(object.centre.y - other.centre.y))
                    #expect(distance >= 250)
                }
            }
        }
    }

    @Test func noTwoObjectsHaveTheSameName() throws {
        for scene in try scenes(300) { #expect(Set(scene.objects.map(\.name)).count == scene.objects.count) }
    }

    @Test func everyCountColourShapeAndBullsEyeIsDrawnAboutEquallyOften() throws {
        let scenes = try scenes(1000)
        func check(_ values: [String], kinds: Int) {
            let counts = Dictionary(values.map { ($0, 1) }, uniquingKeysWith: +)
            #expect(counts.count == kinds)
            let expected = Double(values.count) / Double(kinds)
            for count in counts.values { #expect(abs(Double(count) - expected) < 5 * expected.squareRoot()) }
        }
        let objects = scenes.flatMap(\.objects)
        check(objects.map(\.colour.name), kinds: 8)
        check(objects.map(\.shape.rawValue), kinds: 6)
        check(objects.map(\.bullsEye.name), kinds: 8)
        check(scenes.map { "\($0.objects.count)" }, kinds: 5)
    }

    @Test func theSameSeedAndIndexGiveTheSameScene() throws {
        #expect(try scenes(20) == scenes(20))
        #expect(try scenes(20) != scenes(20, seed: 2))
    }

    @Test func splitsShareNoScene() throws {
        var seen: Set<[Scene.Object]> = []
        for split in ExampleSplit.allCases {
            let search = try VisualSearch(.init(), seed: 1, split: split)
            for index in 0..<300 { #expect(seen.insert(search.scene(at: index).objects).inserted) }
        }
    }

    @Test func tooManyObjectsLeaveAsManyAsFit() throws {
        var configuration = VisualSearchConfiguration()
        configuration.canvas = 600
        configuration.objectCount = 20...20
        for scene in try scenes(5, configuration) { #expect((2...9).contains(scene.objects.count)) }
    }

    /// With distractors only the shape tells an object from the others; without, scenes are as they were.
    @Test func distractorsHaveTheColourOfTheOthers() throws {
        var configuration = VisualSearchConfiguration()
        configuration.objectCount = 3...4
        let usual = try scenes(20, configuration)
        configuration.distractors = 1
        for (scene, before) in zip(try scenes(20, configuration), usual) {
            #expect(Set(scene.objects.map(\.colour)).count == 1)
            #expect(Set(scene.objects.map(\.name)).count == scene.objects.count)
            #expect(scene.objects.map(\.box) == before.objects.map(\.box))
        }
        configuration.distractors = 0.5
        let some = try scenes(40, configuration).count { Set($0.objects.map(\.colour)).count == 1 }
        #expect((8...32).contains(some))
    }

    /// The first colour is more common among bull's-eyes; nothing else of a scene changes its distribution.
    @Test func aCommonBullsEyeIsMoreCommon() throws {
        var configuration = VisualSearchConfiguration()
        for (probability, expected) in [(0.0, 0.125), (0.5, 0.5625), (1, 1)] {
            configuration.commonBullsEye = probability
            let objects = try scenes(200, configuration).flatMap(\.objects)
            let common = objects.count { $0.bullsEye == configuration.bullsEyeColours[0] }
            #expect(abs(Double(common) / Double(objects.count) - expected) < 0.06)
        }
    }

    /// A scene in which only one object fits asks for its own bull's-eye.
    @Test func aQuestionAboutSeveralObjectsNeedsThem() throws {
        var configuration = VisualSearchConfiguration()
        configuration.canvas = 260
        for kind in [QuestionKind.compare, .oddOneOut] {
            configuration.questions = [kind: 1]
            let search = try VisualSearch(configuration, seed: 1, split: .test)
            for index in 0..<20 {
                let (question, scene) = search.question(at: index)
                #expect(scene.objects.count == 1 && question.kind == .attribute)
            }
        }
    }

    @Test func aConfigurationThatCannotWorkIsRefused() {
        let fields: [(WritableKeyPath<VisualSearchConfiguration, Int>, Int, String)] = [
            (\.canvas, 100, "canvas"), (\.canvas, 20_000, "canvas"), (\.viewFactor, 0, "viewFactor"),
            (\.minimumDistance, 190, "minimumDistance"), (\.margin, -1, "margin"),
            (\.questionsPerScene, 0, "questionsPerScene"), (\.relationMargin, 300, "relationMargin"),
        ]
        for (field, value, name) in fields {
            var configuration = VisualSearchConfiguration()
            configuration[keyPath: field] = value
            let error = #expect(throws: SettingError.self) { try configuration.validate() }
            #expect(error?.key == name && error?.problem.hasPrefix("is \(value);") == true)
        }
    }

    @Test func weightsThatAskNothingAreRefused() {
        var configuration = VisualSearchConfiguration()
        configuration.questions = [.attribute: 0]
        #expect(throws: SettingError.self) { try configuration.validate() }
        configuration.questions = [.leftOf: 1]
        configuration.objectCount = 1...3
        #expect(throws: SettingError.self) { try configuration.validate() }
    }
}
