import Agent
import Foundation
import Imaging
import Tasks
import Testing

@Suite struct QuestionTests {
    private func examples(
        _ kind: QuestionKind, count: Int = 400
    ) throws -> [(question: Question, scene: Scene, example: Example)] {
        var configuration = VisualSearchConfiguration()
        configuration.questions = [kind: 1]
        let search = try VisualSearch(configuration, seed: 3, split: .validation)
        return (0..<count).map { index in
            let (question, scene) = search.question(at: index)
            return (question, scene, search.example(at: index))
        }
    }

    private func object(_ name: Substring, in scene: Scene) -> Scene.Object? {
        scene.objects.first { $0.name == name }
    }

    @Test func attributeAsksForTheBullsEyeOfAnObject() throws {
        for (question, scene, example) in try examples(.attribute) {
            let match = try #require(
                question.text.wholeMatch(of: #/What colour is the bull's-eye on the (.+)\?/#))
            let target = try #require(object(match.1, in: scene))
            #expect(question.answer == target.bullsEye.name)
            #expect(example.groundTruthBoxes == [target.box])
            #expect(example.tools == ["image_zoom_in_tool"])
            #expect(example.images[0].size == scene.canvas)
        }
    }

    @Test func relationsAreTrueAndBalanced() throws {
        for kind in [QuestionKind.leftOf, .above] {
            var yes = 0
            let examples = try examples(kind)
            for (question, scene, example) in examples {
                let match = try #require(
                    question.text.wholeMatch(of: #/Is the (.+) (left of|above) the (.+)\?/#))
                let (first, second) = (
                    try #require(object(match.1, in: scene)), try #require(object(match.3, in: scene))
                )
                let distance =
                    match.2 == "above" ? second.centre.y - first.centre.y : second.centre.x - first.centre.x
                #expect(question.answer == (distance > 0 ? "yes" : "no"))
                #expect(abs(distance) >= 80)
                #expect(question.kind == (match.2 == "above" ? .above : .leftOf))
                #expect(example.groundTruthBoxes == [first.box, second.box])
                #expect(example.tools.isEmpty)
                if question.answer == "yes" { yes += 1 }
            }
            // Five standard deviations around one half.
            #expect(abs(yes - examples.count / 2) < 50)
        }
    }

    /// The image shows the colours of the question's scene; the key follows from them.
    @Test func comparisonsAreTrueAndBalanced() throws {
        var yes = 0
        let examples = try examples(.compare)
        for (question, scene, example) in examples {
            let match = try #require(
                question.text.wholeMatch(
                    of: #/Do the bull's-eyes on the (.+) and the (.+) have the same colour\?/#))
            let (first, second) = (
                try #require(object(match.1, in: scene)), try #require(object(match.2, in: scene))
            )
            #expect(first != second)
            #expect(question.answer == (first.bullsEye == second.bullsEye ? "yes" : "no"))
            #expect(example.groundTruthBoxes == [first.box, second.box])
            #expect(example.tools == ["image_zoom_in_tool"])
            if question.answer == "yes" { yes += 1 }
        }
        #expect(abs(yes - examples.count / 2) < 50)
        let (_, scene, example) = examples[0]
        for object in scene.objects {
            let (x, y) = (object.centre.x.rounded(.down), object.centre.y.rounded(.down))
            let centre = Rectangle(x, y, x + 1, y + 1)
            #expect(
                try example.images[0].pixels(region: centre)[0, 0] == object.bullsEye.value,
                "\(object.name)")
        }
    }

    /// Two of the three have one colour; the key names the third.
    @Test func theOddOneOutHasItsOwnColour() throws {
        var places: [Int: Int] = [:]
        for (question, scene, example) in try examples(.oddOneOut) {
            let match = try #require(
                question.text.wholeMatch(
                    of: #/Whose bull's-eye has its own colour: the (.+), the (.+) or the (.+)\?/#))
            let names = [match.1, match.2, match.3]
            let asked = try names.map { try #require(object($0, in: scene)) }
            #expect(Set(asked.map(\.name)).count == 3)
            let odd = asked.filter { one in asked.count { $0.bullsEye == one.bullsEye } == 1 }
            #expect(odd.map(\.name) == [question.answer])
            let place = try #require(names.map(String.init).firstIndex(of: question.answer))
            #expect(example.groundTruthBoxes == asked.map(\.box))
            #expect(example.kind == "oddOneOut" && example.tools == ["image_zoom_in_tool"])
            places[place, default: 0] += 1
        }
        #expect(places.keys.sorted() == [0, 1, 2] && places.values.allSatisfy { $0 > 100 })
    }

    /// A search has a scene of twice the side with objects of the usual size.
    @Test func searchesAreAboutWideScenes() throws {
        for (question, scene, example) in try examples(.search, count: 40) {
            #expect(scene.canvas == ImageSize(width: 2240, height: 2240))
            #expect(example.images[0].size == scene.canvas)
            let target = try #require(scene.objects.first { $0.box == question.boxes.first })
            #expect(question.answer == target.bullsEye.name && question.text.contains(target.name))
            #expect((120...190).contains(target.size))
            #expect(example.tools == ["image_zoom_in_tool"])
        }
    }

    /// The object's colour is the answer in half of the cases.
    @Test func suggestionsAreRightAsOftenAsNot() throws {
        let examples = try examples(.confirm)
        var right = 0
        for (question, scene, example) in examples {
            let target = try #require(scene.objects.first { $0.box == question.boxes.first })
            #expect(question.answer == target.bullsEye.name)
            #expect(example.kind == "confirm" && example.tools == ["image_zoom_in_tool"])
            if question.answer == target.colour.name { right += 1 }
        }
        #expect(abs(right - examples.count / 2) < 50)
    }

    /// Held-out scenes ask for comparisons only if training does.
    @Test func heldOutScenesFollowTheKindsOfTraining() async throws {
        let usual = try ProceduralTask().heldOut(seed: 1, sceneCount: 2)
        #expect(usual.count == 6)
        let written = String(decoding: try JSONEncoder().encode(ProceduralTask()), as: UTF8.self)
        let task = try JSONDecoder().decode(
            ProceduralTask.self, from: Data(written.replacing(#""compare":0"#, with: #""compare":1"#).utf8))
        let further = try task.heldOut(seed: 1, sceneCount: 2)
        #expect(further.count == 8)
        #expect(try await further.example(at: 3).kind == "compare")
    }

    @Test func existenceIsTrueAndBalanced() throws {
        var yes = 0
        var resembling = 0
        for (question, scene, example) in try examples(.existence) {
            let match = try #require(question.text.wholeMatch(of: #/Is there a (.+)\?/#))
            let found = object(match.1, in: scene)
            #expect(question.answer == (found == nil ? "no" : "yes"))
            #expect(example.groundTruthBoxes == (found.map { [$0.box] } ?? []))
            if found != nil { yes += 1 }
            let words = match.1.split(separator: " ")
            if found == nil,
                scene.objects.contains(where: { $0.colour.name == words[0] || $0.shape.rawValue == words[1] })
            {
                resembling += 1
            }
        }
        #expect(abs(yes - 200) < 50)
        #expect(resembling > 100)
    }

    @Test func groundingAnswersWithTheBoxInTheView() throws {
        for (question, scene, example) in try examples(.grounding, count: 100) {
            let match = try #require(question.text.wholeMatch(of: #/Where is the (.+)\?/#))
            let target = try #require(object(match.1, in: scene))
            let box = try #require(BoxAnswer.box(in: question.answer))
            for (seen, original) in zip(
                [box.x1, box.y1, box.x2, box.y2],
                [
                    target.box.x1, target.box.y1, target.box.x2, target.box.y2,
                ])
            { #expect(abs(10 * seen - original) <= 5) }
            #expect(example.groundTruthBoxes == [target.box])
        }
    }

    @Test func groundingAnswersAreRightByTheirOwnJudge() async throws {
        for (question, _, example) in try examples(.grounding, count: 50) {
            #expect(try await RuleJudge(format: TenthFormat()).isCorrect(question.answer, for: example))
        }
    }

    @Test func listingNamesEveryObjectInReadingOrder() throws {
        for (question, scene, example) in try examples(.listing, count: 100) {
            let lines = question.answer.split(separator: "\n")
            let matches = try lines.map { line in
                try #require(line.wholeMatch(of: #/(.+) \[(\d+), (\d+)\]/#))
            }
            #expect(Set(matches.map(\.1)) == Set(scene.objects.map { Substring($0.name) }))
            let rows = matches.map { Int($0.3) ?? -1 }
            #expect(rows == rows.sorted())
            #expect(example.groundTruthBoxes.count == scene.objects.count)
        }
    }

    @Test func closeUpsShowTheBullsEye() throws {
        var named = 0
        for (question, scene, example) in try examples(.closeUp, count: 100) {
            let region = try #require(question.region)
            let target = try #require(scene.objects.first { $0.box == question.boxes[0] })
            #expect(Rectangle(scene.canvas).contains(region))
            let (x, y) = target.centre
            #expect(region.contains(Rectangle(x - 9, y - 9, x + 9, y + 9)))
            #expect(question.answer == target.bullsEye.name)
            #expect(example.images[0].size == ImageSize(width: Int(region.width), height: Int(region.height)))
            #expect(example.groundTruthBoxes == [target.box.offset(x: -region.x1, y: -region.y1)])
            if question.text.contains(target.name) { named += 1 }
        }
        #expect((25...75).contains(named))
    }

    @Test func aCloseUpIsThatPartOfTheScene() throws {
        let (question, scene, example) = try examples(.closeUp, count: 1)[0]
        let search = try VisualSearch(.init(), seed: 3, split: .validation)
        let region = try #require(question.region)
        #expect(
            try example.images[0].pixels(region: example.images[0].bounds)
                == search.image(of: scene).pixels(region: region))
    }

    @Test func kindsAreDrawnByTheirWeights() throws {
        var configuration = VisualSearchConfiguration()
        configuration.questions = [.attribute: 3, .existence: 1, .listing: 0]
        let search = try VisualSearch(configuration, seed: 3, split: .training)
        let kinds = (0..<1000).map { search.question(at: $0).0.kind }
        #expect(abs(kinds.count { $0 == .attribute } - 750) < 70)
        #expect(kinds.allSatisfy { $0 == .attribute || $0 == .existence })
    }

    @Test func severalQuestionsCanShareAScene() throws {
        var configuration = VisualSearchConfiguration()
        configuration.questionsPerScene = 4
        configuration.questions = [.attribute: 1, .grounding: 1, .existence: 1]
        let search = try VisualSearch(configuration, seed: 3, split: .training)
        let all = (0..<40).map(search.question(at:))
        for index in 0..<40 { #expect(all[index].1 == search.scene(at: index / 4)) }
        let perScene = (0..<10).map { scene in Set((0..<4).map { all[4 * scene + $0].0.text }).count }
        #expect(perScene.contains { $0 > 1 })
    }

    @Test func aSetOfFixedSizeStartsOver() throws {
        let search = try VisualSearch(.init(), seed: 3, split: .validation, count: 10)
        #expect(search.example(at: 13).id == search.example(at: 3).id)
        #expect(search.example(at: 3).id == "visual-search-1120/validation/3")
        #expect(throws: VisualSearchError.self) { try VisualSearch(.init(), seed: 3, split: .test, count: 0) }
    }

    @Test func heldOutQuestionsOfASceneHaveIdsOfTheirOwn() async throws {
        let questions = try ProceduralTask().heldOut(seed: 3, sceneCount: 4)
        var ids: [String] = []
        for index in 0..<12 { ids.append(try await questions.example(at: index).id) }
        #expect(Set(ids).count == 12)
        #expect(ids[4].hasSuffix("/test/1/relation"), "\(ids[4])")
    }
}
