package import CounterRandom

/// Questions that need more than one look. Some of them change the scene that they are about.
extension Scene {
    /// Draws a question of the given kind, with the scene that it is about; of the colour of one bull's-eye if too few objects fit.
    package func posed(
        _ kind: QuestionKind, _ configuration: VisualSearchConfiguration, random: inout CounterRandom
    ) -> (Question, Scene) {
        guard !QuestionKind.severalLooks.contains(kind) || objects.count >= kind.objectCount else {
            return (Self.attribute(.attribute, of: random.element(of: objects)), self)
        }
        return switch kind {
        case .compare: comparison(configuration, &random)
        case .oddOneOut: oddOneOut(configuration, &random)
        case .search: search(configuration, &random)
        case .confirm: confirmation(configuration, &random)
        default: (question(kind, configuration, random: &random), self)
        }
    }

    /// Two objects; in half of the cases the second gets the colour of the first, else another one.
    private func comparison(
        _ configuration: VisualSearchConfiguration, _ random: inout CounterRandom
    ) -> (Question, Scene) {
        let first = random.integer(below: objects.count)
        let second = (first + 1 + random.integer(below: objects.count - 1)) % objects.count
        let isSame = random.coin()
        let own = objects[first].bullsEye
        let scene = recolouring(
            second, as: isSame ? own : random.element(of: configuration.bullsEyeColours.filter { $0 != own }))
        let pair = [scene.objects[first], scene.objects[second]]
        let question = Question(
            .compare, Self.comparisonText(of: pair), answer: isSame ? "yes" : "no", objects: pair)
        return (question, scene)
    }

    /// Three objects, of which one has another colour than the other two.
    private func oddOneOut(
        _ configuration: VisualSearchConfiguration, _ random: inout CounterRandom
    ) -> (Question, Scene) {
        var numbers = Array(objects.indices)
        random.shuffle(&numbers)
        numbers = Array(numbers.prefix(3))
        let odd = random.element(of: numbers)
        let common = random.element(of: configuration.bullsEyeColours.filter { $0 != objects[odd].bullsEye })
        let scene = numbers.filter { $0 != odd }.reduce(self) { $0.recolouring($1, as: common) }
        let asked = numbers.map { scene.objects[$0] }
        let question = Question(
            .oddOneOut, Self.comparisonText(of: asked), answer: scene.objects[odd].name, objects: asked)
        return (question, scene)
    }

    /// The question that compares two objects, or asks which of three differs.
    package static func comparisonText(of objects: [Object]) -> String {
        let names = objects.map { "the \($0.name)" }
        return if names.count == 3 {
            "Whose bull's-eye has its own colour: \(names[0]), \(names[1]) or \(names[2])?"
        } else {
            "Do the bull's-eyes on \(names.joined(separator: " and ")) have the same colour?"
        }
    }

    /// A scene of twice the side, on the same background.
    private func search(
        _ configuration: VisualSearchConfiguration, _ random: inout CounterRandom
    ) -> (Question, Scene) {
        var wide = configuration
        wide.canvas *= 2
        let scene = Scene(wide, random: random.child(random.next())).on(background)
        let object = random.element(of: scene.objects)
        return (
            Question(.search, Self.searchText(of: object), answer: object.bullsEye.name, objects: [object]),
            scene
        )
    }

    /// The question that searches for an object.
    package static func searchText(of object: Object) -> String {
        "Find the \(object.name). What colour is its bull's-eye?"
    }

    /// An object with a colour that bull's-eyes have too, if there is one; in half of the cases its bull's-eye has it.
    private func confirmation(
        _ configuration: VisualSearchConfiguration, _ random: inout CounterRandom
    ) -> (Question, Scene) {
        let colours = configuration.bullsEyeColours
        let candidates = objects.indices.filter { index in
            colours.contains { $0.name == objects[index].colour.name }
        }
        let index = random.element(of: candidates.isEmpty ? Array(objects.indices) : candidates)
        let isSuggested = random.coin() && !candidates.isEmpty
        let scene = recolouring(
            index,
            as: random.element(
                of: colours.filter { ($0.name == objects[index].colour.name) == isSuggested }))
        return (Self.attribute(.confirm, of: scene.objects[index]), scene)
    }
}
