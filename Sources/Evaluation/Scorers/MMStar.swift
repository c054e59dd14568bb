/// MMStar (Chen et al., 2024): letters A to D; the average is over the 18 fine-grained categories.
enum MMStar {
    static func score(_ questions: [AnsweredQuestion]) throws -> Score {
        try Score(questions, groups: { $0.groups("category", "l2_category") }, figures: figures) { question in
            let right = PythonText(try question.required("answer")).stripped().uppercased.string
            let letter = OptionLetter.mmstar(question.said)
            return .init(letter ?? "" == right, letter)
        }
    }

    private static func figures(_ items: [ScoredItem]) -> [String: Double] {
        func average(_ items: [ScoredItem]) -> Double {
            Score.mean(of: Dictionary(grouping: items) { $0.categories["l2_category"] ?? [] }.values)
        }
        var found = ["average": average(items)]
        for (category, members) in Dictionary(grouping: items, by: { $0.categories["category"]?.first }) {
            if let category { found[category] = average(members) }
        }
        return found
    }
}
