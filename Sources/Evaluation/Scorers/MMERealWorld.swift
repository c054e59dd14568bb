/// MME-RealWorld and MME-RealWorld-Lite (Zhang et al., 2024): letters A to E, where E means "not in the image".
enum MMERealWorld {
    static func score(_ questions: [AnsweredQuestion]) throws -> Score {
        try Score(questions, groups: groups) { question in
            let right = try question.required("answer").lowercased()
            let letter = OptionLetter.mmeRealWorld(question.said)
            return .init(PythonText((letter ?? "").lowercased()).contains(right), letter)
        }
    }

    /// Categories: perception or reasoning, the five scenes, and the task; attribute tasks of a kind are merged.
    private static func groups(_ question: AnsweredQuestion) -> [String: [String]] {
        var found: [String: [String]] = [:]
        if let category = question.text("category") {
            found["task"] = [category.lowercased().contains("perception") ? "Perception" : "Reasoning"]
            found["subtask"] = [PythonText(category).split(by: "/").last!.string]
        }
        if let topic = question.text("l2-category")?.lowercased() {
            found["category"] = [
                topic.contains("attribute")
                    ? PythonText(topic).split(by: "/")[0].string + "/attribute" : topic
            ]
        }
        return found
    }
}
