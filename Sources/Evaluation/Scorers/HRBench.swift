/// HR-Bench 4K and 8K (Wang et al., 2024): each question is asked with four cyclic orders of its options, and the score is
/// the mean over the orders.
enum HRBench {
    static func score(_ questions: [AnsweredQuestion]) throws -> Score {
        let groups = { (question: AnsweredQuestion) in question.groups("category", "cycle_category") }
        return try Score(questions, groups: groups, figures: { figures($0, questions) }) { question in
            let right = try question.required("answer")
            let said = PythonText(question.said).stripped().string
            // If the rules cannot decide, a recorded judge's answer is used.
            let inferred = OptionLetter.inferred(said, options: question.options)
            if inferred == nil, let hit = question.text("hit") { return .init(Judged.isTrue(hit), said) }
            let letter = inferred ?? question.text("gpt_prediction")
            return .init(letter?.lowercased() == right.lowercased(), letter == "Z" ? nil : letter)
        }
    }

    private static func figures(_ items: [ScoredItem], _ questions: [AnsweredQuestion]) -> [String: Double] {
        var found = Judged.figures(questions)
        found["average"] = meanOverCycles(items)
        for category in Set(items.flatMap { $0.categories["category"] ?? [] }) {
            found[category] = meanOverCycles(items.filter { $0.categories["category"] == [category] })
        }
        return found
    }

    /// The mean over the orders of the accuracy in each.
    private static func meanOverCycles(_ items: [ScoredItem]) -> Double {
        Score.mean(of: Dictionary(grouping: items) { $0.categories["cycle_category"] ?? [] }.values)
    }
}

extension Score {
    /// The unweighted mean of the groups' accuracies.
    static func mean(of groups: some Collection<[ScoredItem]>) -> Double {
        let accuracies = groups.map { Double($0.count(where: \.isCorrect)) / Double($0.count) }
        return accuracies.isEmpty ? 0 : accuracies.reduce(0, +) / Double(accuracies.count)
    }
}
