import CounterRandom
import Tasks

/// Lessons of text alone. A language model can repeat what a question names; this one learns it here, where lessons cost little.
extension SceneLessons {
    /// A third of the lessons each: names of a list; names in a comparison or a search; verdicts on two colours.
    func recall(_ random: inout CounterRandom) -> Exchange {
        var objects = scenes.scene(at: random.integer(below: 1 << 30)).objects
        random.shuffle(&objects)
        return switch random.integer(below: 6) {
        case 0: recalledLooks(at: Array(objects.prefix(2 + random.integer(below: 2))), &random)
        case 1: recalledSearch(for: objects[0])
        case 2: verdicts(&random)
        case 3: verdict(on: Array(objects.prefix(2)), &random)
        default: recalledList(&random)
        }
    }

    private static let chainLength = 12

    /// Objects of different colours are listed and then named in any order; colours are given and shapes learned.
    private func recalledList(_ random: inout CounterRandom) -> Exchange {
        let task = configuration.task
        var colours = task.colours.map(\.name)
        random.shuffle(&colours)
        let names = colours.prefix(2 + random.integer(below: 5)).map {
            (colour: $0, shape: random.element(of: task.shapes).rawValue)
        }
        let parts = (0..<Self.chainLength).flatMap { _ -> [Exchange.Part] in
            let name = random.element(of: names)
            return [.given(" the \(name.colour)"), .learned(" \(name.shape)"), .given(".")]
        }
        return Exchange(
            names.map { "the \($0.colour) \($0.shape)" }.joined(separator: ", "),
            [.given([.given("<think>")] + parts, crop: nil)])
    }

    /// Looks at any of the objects of a comparison, any number of times.
    private func recalledLooks(at objects: [Scene.Object], _ random: inout CounterRandom) -> Exchange {
        let colours = configuration.task.bullsEyeColours
        let parts = (0..<Self.chainLength / 2).flatMap { index -> [Exchange.Part] in
            let sight = LessonText.sight(random.element(of: colours).name)
            let start = index == 0 ? "<think>" : random.integer(below: 2) == 0 ? ". " : ". \(sight) "
            return [
                .given(start + LessonText.look), .learned(" \(random.element(of: objects).name)"),
            ]
        }
        return Exchange(Scene.comparisonText(of: objects), [.given(parts, crop: nil)])
    }

    /// Two colours, equal in half of the cases and by chance in others.
    private func pairOfColours(_ random: inout CounterRandom) -> (String, String, verdict: String) {
        let colours = configuration.task.bullsEyeColours.map(\.name)
        let first = random.element(of: colours)
        let second = random.integer(below: 2) == 0 ? first : random.element(of: colours)
        return (first, second, first == second ? "yes" : "no")
    }

    /// Whether two colours are the same, many times over.
    private func verdicts(_ random: inout CounterRandom) -> Exchange {
        let parts = (0..<Self.chainLength).flatMap { _ -> [Exchange.Part] in
            let (first, second, verdict) = pairOfColours(&random)
            let text = LessonText.answer(
                verdict, thought: "\(LessonText.sight(first)) \(LessonText.sight(second))")
            return Exchange.parts(of: text + "\n", learning: ">\(verdict)")
        }
        return Exchange("Is it the same?", [.given(parts, crop: nil)])
    }

    /// The answer to a comparison after what two crops are said to show.
    private func verdict(on objects: [Scene.Object], _ random: inout CounterRandom) -> Exchange {
        let (first, second, verdict) = pairOfColours(&random)
        let looks = objects.map { "\(LessonText.look(at: $0))</think>\n" }
        let text =
            "<think>\(looks[0])<think>\(LessonText.sight(first)) \(looks[looks.count - 1])"
            + LessonText.answer(verdict, thought: LessonText.sight(second))
        return Exchange(
            Scene.comparisonText(of: objects),
            [.given(Exchange.parts(of: text, learning: ">\(verdict)").dropLast(), crop: nil)])
    }

    private func recalledSearch(for object: Scene.Object) -> Exchange {
        Exchange(
            Scene.searchText(of: object),
            [.given([.given("<think>\(LessonText.presence)"), .learned(" \(object.name)")], crop: nil)])
    }
}
