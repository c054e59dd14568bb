import Agent
import CounterRandom
import Imaging
import Models
import Tasks

/// Lessons for questions that need several looks: each skill apart, and never a search that is worth following.
///
/// Where the habit calls, the target and the number of its calls are random. Where the calls are good, they are given and not learned.
extension SceneLessons {
    /// One lesson for each kind of question, so that its exchanges have a common prompt.
    func severalLooks(
        at scene: Scene, _ counts: LessonCounts, random: inout CounterRandom
    ) throws -> [Lesson] {
        var lessons: [Lesson] = []
        // A scene in which only one or two objects fit is not compared.
        if counts.aim + counts.pair + counts.comparison > 0,
            scene.objects.count >= QuestionKind.oddOneOut.objectCount
        {
            let kind: QuestionKind = random.integer(below: 3) == 0 ? .oddOneOut : .compare
            let posed = try posed(kind, scene, &random)
            lessons.append(
                try offering(
                    posed,
                    (0..<counts.aim).map { _ in aim(posed, &random) }
                        + (0..<counts.pair).map { _ in try pair(posed, &random) }
                        + (0..<counts.comparison).map { _ in try comparison(posed, &random) }))
        }
        if counts.region + counts.inside + counts.presence > 0 {
            let posed = try posed(.search, scene, &random)
            lessons.append(
                try offering(
                    posed,
                    (0..<counts.region).map { _ in try wander(posed, after: [], last: nil, &random) }
                        + (0..<counts.inside).map { _ in try inside(posed, &random) }
                        + (0..<counts.presence).map { _ in try presence(posed, &random) }))
        }
        if counts.confirmation > 0 {
            let posed = try posed(.confirm, scene, &random)
            lessons.append(
                try offering(posed, (0..<counts.confirmation).map { _ in try confirmation(posed, &random) }))
        }
        return lessons
    }

    /// A question about a scene, which may have changed for it.
    private struct Posed {
        let question: Question
        let scene: Scene
        let whole: ViewedImage
        /// The objects that the question is about, in its order.
        let objects: [Scene.Object]
    }

    private func posed(
        _ kind: QuestionKind, _ scene: Scene, _ random: inout CounterRandom
    ) throws -> Posed {
        let (question, scene) = scene.posed(kind, configuration.task, random: &random)
        let objects = question.boxes.map { box in
            guard let object = scene.objects.first(where: { $0.box == box }) else {
                preconditionFailure("a question about an object of another scene")
            }
            return object
        }
        return Posed(
            question: question, scene: scene,
            whole: try format.view(scenes.image(of: scene), as: .example(0)), objects: objects)
    }

    /// A lesson about a question that offers the tool.
    private func offering(_ posed: Posed, _ exchanges: [Exchange]) throws -> Lesson {
        try lesson(
            showing: [posed.whole], exchanges,
            tools: [zoom.specification(boxesIn: format.boxFrame)])
    }

    private var habit: ToolHabit { configuration.habit }

    private func guess(_ random: inout CounterRandom) -> String {
        random.element(of: configuration.task.bullsEyeColours).name
    }

    /// A crop of a box, and the region of the scene that it shows.
    private func crop(_ box: Rectangle, of view: ViewedImage) throws -> (view: ViewedImage, region: Rectangle)
    {
        let region = try rule.region(of: box, in: format.boxFrame, on: view)
        return (try format.view(of: view, region: region, rotation: .upright), region)
    }

    // MARK: Comparisons

    /// A look at one of the objects that a comparison is about.
    private struct Look {
        /// The number of the object in the question.
        let number: Int
        /// The colour that is read from the crop.
        let colour: String
    }

    /// The answer that follows from the looks; a guess among what they leave open.
    private func answer(
        _ posed: Posed, after looks: [Look], _ random: inout CounterRandom
    ) -> String {
        let colours = posed.objects.indices.map { number in looks.last { $0.number == number }?.colour }
        if posed.question.kind == .compare {
            guard let first = colours[0], let second = colours[1] else {
                return random.integer(below: 2) == 0 ? "yes" : "no"
            }
            return first == second ? "yes" : "no"
        }
        // The odd one is left when two have the same colour, and one of two whose colours differ.
        let pairs = [(0, 1, 2), (0, 2, 1), (1, 2, 0)].compactMap { one, other, third in
            colours[one].flatMap { colour in colours[other].map { (one, other, third, $0 == colour) } }
        }
        let open =
            pairs.first { $0.3 }.map { [$0.2] } ?? (pairs.count == 1 ? [pairs[0].0, pairs[0].1] : [0, 1, 2])
        return posed.objects[random.element(of: open)].name
    }

    /// A first call for any of two or three objects; the box is learned.
    private func aim(_ posed: Posed, _ random: inout CounterRandom) -> Exchange {
        let whole = posed.whole
        var objects = posed.scene.objects
        random.shuffle(&objects)
        objects = Array(objects.prefix(2 + random.integer(below: 2)))
        let number = random.integer(below: objects.count)
        let target = whole.viewedBox(ofOriginal: objects[number].box)
        let box = habit.box(around: target, in: whole.viewSize, isNamed: true, random: &random)
        let call = LessonText.call(
            zoom.name, box: box, thought: LessonText.look(at: objects[number]))
        return Exchange(
            Scene.comparisonText(of: objects),
            [.given(Exchange.parts(of: call, box: box).dropLast(), crop: nil)],
            box: target)
    }

    /// Crops of all the objects in any order, from given calls; what each shows is learned, and the answer.
    private func pair(_ posed: Posed, _ random: inout CounterRandom) throws -> Exchange {
        let (whole, objects) = (posed.whole, posed.objects)
        var (looks, turns): ([Look], [Exchange.Turn]) = ([], [])
        var numbers = Array(objects.indices)
        random.shuffle(&numbers)
        for number in numbers {
            let object = objects[number]
            let target = whole.viewedBox(ofOriginal: object.box)
            let box = habit.box(around: target, in: whole.viewSize, isNamed: true, random: &random)
            // The bull's-eye is in the crop.
            let shown = Rectangle(
                min(box.x1, target.centre.x.rounded(.down) - 2),
                min(box.y1, target.centre.y.rounded(.down) - 2),
                max(box.x2, target.centre.x.rounded(.up) + 2), max(box.y2, target.centre.y.rounded(.up) + 2))
            let thought =
                (looks.last.map { LessonText.sight($0.colour) + " " } ?? "")
                + LessonText.look(at: object)
            let call = LessonText.call(zoom.name, box: shown, thought: thought)
            // Which object is looked at is given, and the box is learned.
            turns.append(
                .given(
                    Exchange.parts(
                        of: call, learning: looks.last.map { "<think>" + LessonText.sight($0.colour) },
                        box: shown),
                    crop: try crop(shown, of: whole).view))
            looks.append(Look(number: number, colour: object.bullsEye.name))
        }
        let answer = answer(posed, after: looks, &random)
        turns.append(
            .completion(LessonText.answer(answer, thought: LessonText.sight(looks[looks.count - 1].colour))))
        // The token before the first box must know where the object is, and heads teach it.
        return Exchange(
            posed.question.text, turns, box: whole.viewedBox(ofOriginal: objects[numbers[0]].box))
    }

    /// A comparison by the habit: none, one or more calls, each on any of the objects.
    private func comparison(_ posed: Posed, _ random: inout CounterRandom) throws -> Exchange {
        let (whole, objects) = (posed.whole, posed.objects)
        var (looks, turns): ([Look], [Exchange.Turn]) = ([], [])
        var number = random.integer(below: objects.count)
        var isCalling = habit.calls(for: objects[number], random: &random)
        while isCalling {
            let object = objects[number]
            let box = habit.box(
                around: whole.viewedBox(ofOriginal: object.box), in: whole.viewSize, random: &random)
            let (crop, region) = try crop(box, of: whole)
            let seen = looks.last.map { LessonText.sight($0.colour) + " " } ?? ""
            turns.append(
                .call(
                    LessonText.call(zoom.name, box: box, thought: seen + LessonText.look(at: object)),
                    crop: crop))
            let isShown = region.contains(x: object.centre.x, y: object.centre.y)
            looks.append(Look(number: number, colour: isShown ? object.bullsEye.name : guess(&random)))
            number = random.integer(below: objects.count)
            isCalling = looks.count < objects.count && random.uniform() < habit.furtherCallProbability
        }
        let answer = answer(posed, after: looks, &random)
        turns.append(
            .completion(
                looks.last.map { LessonText.answer(answer, thought: LessonText.sight($0.colour)) }
                    ?? LessonText.answer(answer)))
        return Exchange(posed.question.text, turns)
    }

    // MARK: Search

    /// The habit's moves in a search: it looks for the object in any region, looks closer in the last crop, or guesses, whatever
    /// the crop shows.
    ///
    /// - Parameters:
    ///   - turns: what came before.
    ///   - last: the crop that the turns end with, if any, and the region that it shows.
    private func wander(
        _ posed: Posed, after turns: [Exchange.Turn], last: (view: ViewedImage, region: Rectangle)?,
        _ random: inout CounterRandom
    ) throws -> Exchange {
        let (scene, whole, target) = (posed.scene, posed.whole, posed.objects[0])
        var (turns, last) = (turns, last)
        while true {
            let presence = last.map { crop in
                LessonText.presence(of: target, crop.region.contains(x: target.centre.x, y: target.centre.y))
                    + " "
            }
            let choice = random.uniform()
            if choice < (last == nil ? habit.regionProbability : habit.furtherCallProbability / 2),
                turns.count < 3
            {
                let box = habit.region(in: whole.viewSize, random: &random)
                let crop = try crop(box, of: whole)
                let thought = (presence ?? "") + LessonText.search
                turns.append(.call(LessonText.call(zoom.name, box: box, thought: thought), crop: crop.view))
                last = crop
            } else if let crop = last, let presence, choice < habit.furtherCallProbability {
                // On the object, or on another one in the crop if it is not there.
                let there = scene.objects.filter { crop.region.contains(x: $0.centre.x, y: $0.centre.y) }
                let object = there.contains(target) || there.isEmpty ? target : random.element(of: there)
                let box = habit.box(
                    around: crop.view.viewedBox(ofOriginal: object.box), in: crop.view.viewSize,
                    random: &random)
                let (view, region) = try self.crop(box, of: crop.view)
                let call = LessonText.call(
                    zoom.name, box: box, image: turns.count + 1, thought: presence + LessonText.closer)
                let isShown = region.contains(x: target.centre.x, y: target.centre.y)
                let answer = isShown ? target.bullsEye.name : guess(&random)
                turns += [.call(call, crop: view), .completion(LessonText.answerAfterLooking(answer))]
                return Exchange(posed.question.text, turns)
            } else {
                let answer = guess(&random)
                let text =
                    presence.map { LessonText.answer(answer, thought: String($0.dropLast())) }
                    ?? LessonText.answer(answer)
                return Exchange(posed.question.text, turns + [.completion(text)])
            }
        }
    }

    /// A search after one or two regions, from given calls; whether they show the object is learned, and what the habit does next.
    private func inside(_ posed: Posed, _ random: inout CounterRandom) throws -> Exchange {
        let (whole, target) = (posed.whole, posed.objects[0])
        var turns: [Exchange.Turn] = []
        var last: (view: ViewedImage, region: Rectangle)?
        let centre = whole.viewedBox(ofOriginal: target.box).centre
        for _ in 0...random.integer(below: 2) {
            var box = habit.region(in: whole.viewSize, random: &random)
            // More often than by chance the object is there.
            for _ in 0..<3 where !box.contains(x: centre.x, y: centre.y) {
                box = habit.region(in: whole.viewSize, random: &random)
            }
            let crop = try crop(box, of: whole)
            let presence = last.map {
                LessonText.presence(of: target, $0.region.contains(x: target.centre.x, y: target.centre.y))
            }
            let thought = (presence.map { $0 + " " } ?? "") + LessonText.search
            let call = LessonText.call(zoom.name, box: box, thought: thought)
            turns.append(
                .given(Exchange.parts(of: call, learning: presence.map { "<think>" + $0 }), crop: crop.view))
            last = crop
        }
        return try wander(posed, after: turns, last: last, &random)
    }

    /// A given region; whether each of several objects is there is learned.
    private func presence(_ posed: Posed, _ random: inout CounterRandom) throws -> Exchange {
        let box = habit.region(in: posed.whole.viewSize, random: &random)
        let (view, region) = try crop(box, of: posed.whole)
        let call = LessonText.call(zoom.name, box: box, thought: LessonText.search)
        func isThere(_ object: Scene.Object) -> Bool {
            region.contains(x: object.centre.x, y: object.centre.y)
        }
        var objects = posed.scene.objects
        random.shuffle(&objects)
        // As many that are there as are not, if there are any.
        let there = objects.filter(isThere).prefix(3)
        var asked = Array(there) + objects.filter { !isThere($0) }.prefix(max(1, there.count))
        random.shuffle(&asked)
        var parts: [Exchange.Part] = [.given("<think>")]
        for (index, object) in asked.enumerated() {
            let text = LessonText.presence(of: object, isThere(object))
            let end = text.lastIndex(of: " ") ?? text.endIndex
            parts += [.given((index > 0 ? " " : "") + text[..<end]), .learned(String(text[end...]))]
        }
        return Exchange(posed.question.text, [.given([.given(call)], crop: view), .given(parts, crop: nil)])
    }

    // MARK: Confirmation

    /// The object's own colour is named first; then it is answered, or looked at by the habit.
    private func confirmation(_ posed: Posed, _ random: inout CounterRandom) throws -> Exchange {
        let (whole, object) = (posed.whole, posed.objects[0])
        let suggestion = LessonText.suggestion(object.colour.name)
        guard habit.calls(for: object, random: &random) else {
            let answer = LessonText.answer(object.colour.name, thought: suggestion)
            return Exchange(posed.question.text, [.completion(answer)])
        }
        let box = habit.box(
            around: whole.viewedBox(ofOriginal: object.box), in: whole.viewSize, random: &random)
        let (view, region) = try crop(box, of: whole)
        // As about any crop, the answer is a guess if it does not show the bull's-eye: a poor look costs what the suggestion gave.
        let isShown = region.contains(x: object.centre.x, y: object.centre.y)
        let answer = LessonText.answerAfterLooking(isShown ? object.bullsEye.name : guess(&random))
        return Exchange(
            posed.question.text,
            [
                .call(LessonText.call(zoom.name, box: box, thought: suggestion), crop: view),
                .completion(answer),
            ])
    }
}
