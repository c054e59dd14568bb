package import Agent
import CounterRandom
import Foundation
package import Imaging
import JSON
package import Models
import Tasks
package import Training

/// Creates the training data of the nano base model from scenes: questions with the answers of a general vision-language
/// model, and a weak habit of using the tool.
package struct SceneLessons: Sendable {
    let configuration: NanoBaseConfiguration
    let format: ChatMLFormat
    let scenes: VisualSearch
    private let random: CounterRandom
    let zoom = ZoomTool()
    let rule = CropRule()

    /// - Throws: `VisualSearchError` for an invalid task.
    package init(_ configuration: NanoBaseConfiguration, format: ChatMLFormat) throws {
        self.configuration = configuration
        self.format = format
        scenes = try VisualSearch(configuration.task, seed: configuration.seed, split: .training)
        random = CounterRandom(seed: configuration.seed, 0x6C65_7373_6F6E)
    }

    /// Questions with a common prompt, each with the box of the queried object in the view, if it has one.
    package struct Lesson: Sendable {
        package let tree: PromptTree
        package let boxes: [Rectangle?]
    }

    /// All lessons for the scene at an index. Lessons with the same view of the same image have a common prompt.
    ///
    /// - Throws: errors of viewing and tokenizing.
    package func lessons(ofScene index: Int, _ counts: LessonCounts) throws -> [Lesson] {
        let scene = scenes.scene(at: index)
        let image = scenes.image(of: scene)
        let whole = try format.view(image, as: .example(0))
        var random = random.child(UInt64(index))
        let task = configuration.task

        var plain: [Exchange] = []
        for _ in 0..<counts.grounding {
            let question = scene.question(.grounding, task, random: &random)
            plain.append(
                Exchange(
                    question.text, [.completion(question.answer)],
                    box: question.boxes.first.map(whole.viewedBox(ofOriginal:))))
        }
        let (relationCount, fraction) = (
            Int(counts.relation), counts.relation.truncatingRemainder(dividingBy: 1)
        )
        let hasOneMore = fraction > 0 && random.uniform() < fraction
        for number in 0..<relationCount + (hasOneMore ? 1 : 0) {
            let kind = (index + number).isMultiple(of: 2) ? QuestionKind.leftOf : .above
            plain.append(seen(scene.question(kind, task, random: &random)))
        }
        for _ in 0..<counts.existence {
            plain.append(seen(scene.question(.existence, task, random: &random)))
        }
        let habitual =
            try (0..<counts.attribute).map { _ in
                try attribute(scene, on: whole, random: &random)
            }
            + (0..<counts.pointing).map { _ in
                try attribute(scene, on: whole, isGiven: true, random: &random)
            }
        var lessons = [
            try lesson(showing: [whole], plain, tools: []),
            try lesson(showing: [whole], habitual, tools: [zoom.specification(boxesIn: format.boxFrame)]),
        ]
        for _ in 0..<counts.closeUp {
            let question = scene.question(.closeUp, task, random: &random)
            let view = try format.view(
                image, as: .example(0), region: question.region, rotation: .upright)
            lessons.append(try lesson(showing: [view], [seen(question)], tools: []))
        }
        lessons += try severalLooks(at: scene, counts, random: &random)
        if counts.recall > 0 {
            lessons.append(
                try lesson(showing: [], (0..<counts.recall).map { _ in recall(&random) }, tools: []))
        }
        return lessons.filter { !$0.boxes.isEmpty }
    }

    /// Views of the scene at an index: the whole scene and random crops around its objects, for vision lessons.
    ///
    /// - Throws: errors of viewing.
    package func views(ofScene index: Int, cropCount: Int) throws -> [ViewedImage] {
        let scene = scenes.scene(at: index)
        let image = scenes.image(of: scene)
        var random = random.child(UInt64(index)).child(1)
        let crops = try (0..<cropCount).map { _ in
            let object = scene.objects[random.integer(below: scene.objects.count)]
            let side = Double(object.size) * SceneLessons.cropScale.drawnLogarithmically(&random)
            let stretch = SceneLessons.cropStretch.drawnLogarithmically(&random)
            func span(_ centre: Double, _ length: Double, _ limit: Int) -> (Double, Double) {
                let length = min(max(length.rounded(), 28), Double(limit))
                let start = (centre - length * (0.15 + 0.7 * random.uniform())).rounded()
                let inside = min(max(start, 0), Double(limit) - length)
                return (inside, inside + length)
            }
            let (x1, x2) = span(object.centre.x, side * stretch, scene.canvas.width)
            let (y1, y2) = span(object.centre.y, side / stretch, scene.canvas.height)
            return try format.view(
                image, as: .example(0), region: Rectangle(x1, y1, x2, y2), rotation: .upright)
        }
        return [try format.view(image, as: .example(0))] + crops
    }

    /// Side of a crop relative to that of its object.
    private static let cropScale = 0.3...3.5
    /// Width of a crop relative to its side.
    private static let cropStretch = 0.75...1.33

    // MARK: Exchanges

    /// A question with the following turns.
    struct Exchange {
        enum Turn {
            case completion(String)
            /// A tool call and the resulting crop.
            case call(String, crop: ViewedImage)
            /// The same in parts, of which some are learned and the others given; the lesson may end with the call.
            case given([Part], crop: ViewedImage?)
        }

        enum Part {
            case learned(String)
            case given(String)
        }

        let question: String
        let turns: [Turn]
        let box: Rectangle?

        init(_ question: String, _ turns: [Turn], box: Rectangle? = nil) {
            self.question = question
            self.turns = turns
            self.box = box
        }

        /// The parts of a call's text, of which its start and the corners of its box are learned, where there are some.
        static func parts(of call: String, learning start: String? = nil, box: Rectangle? = nil) -> [Part] {
            var (parts, rest): ([Part], Substring) = ([], call[...])
            for learned in [start, box.map(LessonText.corners)].compactMap(\.self) {
                guard let range = rest.range(of: learned) else {
                    preconditionFailure("\(learned) is not in \(call)")
                }
                if range.lowerBound > rest.startIndex {
                    parts.append(.given(String(rest[..<range.lowerBound])))
                }
                parts.append(.learned(learned))
                rest = rest[range.upperBound...]
            }
            return parts + [.given(String(rest))]
        }
    }

    func seen(_ question: Question) -> Exchange {
        Exchange(question.text, [.completion(LessonText.answer(question.answer))])
    }

    /// A question that needs zooming, answered according to the tool habit; a call that is given has a box by the habit.
    private func attribute(
        _ scene: Scene, on view: ViewedImage, isGiven: Bool = false, random: inout CounterRandom
    ) throws -> Exchange {
        let object = scene.objects[random.integer(below: scene.objects.count)]
        let question = "What colour is the bull's-eye on the \(object.name)?"
        let colours = configuration.task.bullsEyeColours
        let guess = colours[random.integer(below: colours.count)].name
        guard isGiven || configuration.habit.calls(for: object, random: &random) else {
            // Without a look, the colour that is common; a poor look suggests any.
            let common = configuration.task.commonBullsEye > 0 ? colours[0].name : guess
            return Exchange(question, [.completion(LessonText.answer(common))])
        }
        let target = view.viewedBox(ofOriginal: object.box)
        let box = configuration.habit.box(around: target, in: view.viewSize, random: &random)
        let region = try rule.region(of: box, in: format.boxFrame, on: view)
        let crop = try format.view(of: view, region: region, rotation: .upright)
        let isShown = region.contains(x: object.centre.x, y: object.centre.y)
        let call = LessonText.call(zoom.name, box: box)
        return Exchange(
            question,
            [
                isGiven ? .given(Exchange.parts(of: call, box: box), crop: crop) : .call(call, crop: crop),
                .completion(LessonText.answerAfterLooking(isShown ? object.bullsEye.name : guess)),
            ], box: target)
    }

    // MARK: Tokens

    func lesson(
        showing views: [ViewedImage], _ exchanges: [Exchange], tools: [ToolSpecification]
    ) throws -> Lesson {
        let prompts = try exchanges.map { exchange in
            try format.prompt(
                [Message(role: .user, content: views.map { .image($0) } + [.text(exchange.question)])],
                tools: tools
            ).tokens
        }
        // Common to the prompts are the tokens up to the images, or the first one if there are none.
        let end = prompts.first?.lastIndex(of: format.tokens.visionEnd) ?? 0
        let branches = try zip(prompts, exchanges).map { prompt, exchange in
            PromptTree.Branch(
                segments: [.prompt(tokens: Array(prompt[(end + 1)...]))] + (try segments(of: exchange)),
                weight: 1)
        }
        let prefix = prompts.first.map { Array($0[...end]) } ?? []
        return Lesson(
            tree: PromptTree(prompt: .prompt(tokens: prefix, images: views), branches: branches),
            boxes: exchanges.map(\.box))
    }

    private func segments(of exchange: Exchange) throws -> [Segment] {
        try exchange.turns.flatMap { turn -> [Segment] in
            switch turn {
            case .completion(let text): [format.completion(text, finish: .endOfTurn)]
            case .call(let text, let crop):
                [
                    format.completion(text, finish: .toolCall),
                    try format.observation([.image(crop)], after: .toolCall),
                ]
            case .given(let parts, let crop):
                parts.map { part in
                    switch part {
                    case .learned(let text): format.completion(text, finish: .toolCall)
                    case .given(let text):
                        .observation(tokens: format.completion(text, finish: .toolCall).tokens)
                    }
                } + (try crop.map { [try format.observation([.image($0)], after: .toolCall)] } ?? [])
            }
        }
    }
}
