import Agent
import CounterRandom
import Imaging
import Models
import Tasks

/// Lessons for questions that need several looks: each skill apart, and never a search that is worth following.
extension SceneLessons {
    func severalLooks(
        at scene: Scene, _ counts: LessonCounts, random: inout CounterRandom
    ) throws -> [Lesson] {
        var lessons: [Lesson] = []
        for _ in 0..<counts.pair { lessons.append(try pair(scene, &random)) }
        for _ in 0..<counts.comparison { lessons.append(try comparison(scene, &random)) }
        for _ in 0..<counts.region { lessons.append(try region(scene, &random)) }
        for _ in 0..<counts.inside { lessons.append(try inside(scene, &random)) }
        for _ in 0..<counts.confirmation { lessons.append(try confirmation(scene, &random)) }
        return lessons
    }

    private var habit: ToolHabit { configuration.habit }

    /// A lesson about a question that offers the tool.
    private func offering(_ views: [ViewedImage], _ exchange: Exchange) throws -> Lesson {
        try lesson(showing: views, [exchange], tools: [zoom.specification(boxesIn: format.boxFrame)])
    }

    private func guess(_ random: inout CounterRandom) -> String {
        let colours = configuration.task.bullsEyeColours
        return colours[random.integer(below: colours.count)].name
    }

    /// A call of a box, with the crop.
    private func call(
        _ box: Rectangle, on view: ViewedImage, image: Int? = nil, thought: String = "Look closer."
    ) throws -> (turn: Exchange.Turn, region: Rectangle) {
        let region = try rule.region(of: box, in: format.boxFrame, on: view)
        let crop = try format.view(of: view, region: region, rotation: .upright)
        return (
            .call(LessonText.call(zoom.name, box: box, image: image, thought: thought), crop: crop), region
        )
    }

    // MARK: Comparisons

    /// Two close-ups of two objects, and whether their bull's-eyes have the same colour.
    private func pair(_ scene: Scene, _ random: inout CounterRandom) throws -> Lesson {
        let (question, scene) = scene.posed(.compare, configuration.task, random: &random)
        let image = scenes.image(of: scene)
        let views = try question.boxes.map { target in
            let box = habit.box(around: target, in: scene.canvas, random: &random)
            let centre = target.centre
            // The bull's-eye is in the close-up.
            let shown = Rectangle(
                min(box.x1, centre.x - 20), min(box.y1, centre.y - 20), max(box.x2, centre.x + 20),
                max(box.y2, centre.y + 20))
            return try format.view(image, as: .example(0), region: shown, rotation: .upright)
        }
        return try lesson(showing: views, [seen(question)], tools: [])
    }

    /// A comparison about a whole scene, answered with a guess after none, one or two calls on either object.
    private func comparison(_ scene: Scene, _ random: inout CounterRandom) throws -> Lesson {
        let (question, scene) = scene.posed(.compare, configuration.task, random: &random)
        let whole = try format.view(scenes.image(of: scene), as: .example(0))
        let objects = question.boxes.compactMap { box in scene.objects.first { $0.box == box } }
        let guess = random.integer(below: 2) == 0 ? "yes" : "no"
        var turns: [Exchange.Turn] = []
        var isCalling = habit.calls(for: objects[0], random: &random)
        while isCalling, turns.count < 2 {
            let target = whole.viewedBox(ofOriginal: objects[random.integer(below: 2)].box)
            turns.append(
                try call(habit.box(around: target, in: whole.viewSize, random: &random), on: whole).turn)
            isCalling = random.uniform() < habit.secondCallProbability
        }
        let answer = turns.isEmpty ? LessonText.answer(guess) : LessonText.answerAfterLooking(guess)
        return try offering([whole], Exchange(question.text, turns + [.completion(answer)]))
    }

    // MARK: Search

    /// A scene of twice the side, answered with a guess, perhaps after a call of any region.
    private func region(_ scene: Scene, _ random: inout CounterRandom) throws -> Lesson {
        let (question, scene) = scene.posed(.search, configuration.task, random: &random)
        let whole = try format.view(scenes.image(of: scene), as: .example(0))
        let guess = guess(&random)
        guard random.uniform() < habit.regionProbability else {
            return try offering([whole], Exchange(question.text, [.completion(LessonText.answer(guess))]))
        }
        let turn = try call(habit.region(in: whole.viewSize, random: &random), on: whole).turn
        return try offering(
            [whole], Exchange(question.text, [turn, .completion(LessonText.answerAfterLooking(guess))]))
    }

    /// The same question with a crop that shows the object, as a second image; the habit calls on the crop.
    private func inside(_ scene: Scene, _ random: inout CounterRandom) throws -> Lesson {
        let (question, scene) = scene.posed(.search, configuration.task, random: &random)
        let whole = try format.view(scenes.image(of: scene), as: .example(0))
        guard let object = scene.objects.first(where: { $0.box == question.boxes[0] }) else {
            preconditionFailure("a question about an object of another scene")
        }
        // Half of the side, around the object somewhere in its inner part.
        func start(_ centre: Double, _ limit: Int) -> Double {
            let side = Double(limit) / 2
            return min(max(centre - side * (0.2 + 0.6 * random.uniform()), 0), Double(limit) - side)
        }
        let (x, y) = (start(object.centre.x, scene.canvas.width), start(object.centre.y, scene.canvas.height))
        let crop = try format.view(
            of: whole,
            region: Rectangle(x, y, x + Double(scene.canvas.width) / 2, y + Double(scene.canvas.height) / 2),
            rotation: .upright)
        let guess = guess(&random)
        guard habit.calls(for: object, random: &random) else {
            return try offering(
                [whole, crop], Exchange(question.text, [.completion(LessonText.answer(guess))]))
        }
        let target = crop.viewedBox(ofOriginal: object.box)
        let (turn, region) = try call(
            habit.box(around: target, in: crop.viewSize, random: &random), on: crop, image: 2)
        let isShown = region.contains(x: object.centre.x, y: object.centre.y)
        let answer = LessonText.answerAfterLooking(isShown ? object.bullsEye.name : guess)
        return try offering([whole, crop], Exchange(question.text, [turn, .completion(answer)]))
    }

    // MARK: Confirmation

    /// The object's own colour is named first; then it is answered, or looked at by the habit.
    private func confirmation(_ scene: Scene, _ random: inout CounterRandom) throws -> Lesson {
        let (question, scene) = scene.posed(.confirm, configuration.task, random: &random)
        let whole = try format.view(scenes.image(of: scene), as: .example(0))
        guard let object = scene.objects.first(where: { $0.box == question.boxes[0] }) else {
            preconditionFailure("a question about an object of another scene")
        }
        let suggestion = LessonText.suggestion(object.colour.name)
        guard habit.calls(for: object, random: &random) else {
            let answer = LessonText.answer(object.colour.name, thought: suggestion)
            return try offering([whole], Exchange(question.text, [.completion(answer)]))
        }
        let target = whole.viewedBox(ofOriginal: object.box)
        let (turn, region) = try call(
            habit.box(around: target, in: whole.viewSize, random: &random), on: whole, thought: suggestion)
        let isShown = region.contains(x: object.centre.x, y: object.centre.y)
        let answer = LessonText.answerAfterLooking(isShown ? object.bullsEye.name : object.colour.name)
        return try offering([whole], Exchange(question.text, [turn, .completion(answer)]))
    }
}
