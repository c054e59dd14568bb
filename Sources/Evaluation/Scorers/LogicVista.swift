/// LogicVista (Xiao et al., 2024) as VLMEvalKit scores it: a judge extracts the chosen options, which must equal those of
/// the right answer in any order.
enum LogicVista {
    private static let skills = ["inductive", "deductive", "numerical", "spatial", "mechanical"]

    static func score(_ questions: [AnsweredQuestion]) throws -> Score {
        try Score(questions, groups: groups) { question in
            if let hit = question.text("hit") {
                return .init(Judged.isTrue(hit), question.text("res", "extraction"))
            }
            guard let extraction = question.text("res", "extraction") else {
                throw question.problem(
                    "has no judge output (res, extraction or hit); run the official judge first"
                )
            }
            let right = PythonText(try question.required("answer")).split(by: ", ").map(\.lowercased.string)
                .sorted().joined()
            let chosen = options(in: extraction)
            return .init(chosen != nil && chosen == right, chosen)
        }
    }

    /// The task `logicvista_reasoning` of lmms-eval, which extracts a single letter even if several are right.
    static func scoreReasoning(_ questions: [AnsweredQuestion]) throws -> Score {
        try Score(questions, groups: groups) {
            ReasoningAnswer.verdict(on: $0.said, answer: try $0.required("answer"))
        }
    }

    private static func groups(_ question: AnsweredQuestion) -> [String: [String]] {
        let skill = question.text("skill") ?? ""
        return ["skill": skills.filter { PythonText(skill).contains($0) }]
    }

    /// The sorted letters of an extraction; nil unless it consists of capital letters only, as the judge is instructed.
    static func options(in extraction: String) -> String? {
        guard !extraction.isEmpty,
            extraction.unicodeScalars.allSatisfy({ $0.isPythonLetter && $0.properties.isUppercase })
        else { return nil }
        return extraction.lowercased().map { String($0) }.sorted().joined()
    }
}
