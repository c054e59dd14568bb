/// LogicVista (Xiao et al., 2024) as VLMEvalKit scores it: a judge extracts the options that an answer chose, and they must be those
/// of the right answer, in any order.
enum LogicVista {
    private static let skills = ["inductive", "deductive", "numerical", "spatial", "mechanical"]

    static func score(_ questions: [AnsweredQuestion]) throws -> Score {
        try Score(questions, groups: groups) { question in
            if let hit = question.text("hit") {
                return .init(Judged.isTrue(hit), question.text("res", "extraction"))
            }
            guard let extraction = question.text("res", "extraction") else {
                throw question.problem(
                    "has no extraction of the judge: res, extraction or hit; let the official scripts judge first"
                )
            }
            let right = options(in: try question.required("answer"))
            let chosen = options(in: extraction)
            return .init(chosen != nil && chosen == right, chosen)
        }
    }

    private static func groups(_ question: AnsweredQuestion) -> [String: [String]] {
        let skill = question.text("skill") ?? ""
        return ["skill": skills.filter { PythonText(skill).contains($0) }]
    }

    /// Single letters and digits, in order; nil if there is more than that, as in a sentence.
    static func options(in text: String) -> String? {
        let text = PythonText(text).stripped().string
        let names =
            text.wholeMatch(of: /[A-Za-z0-9]+/) != nil
            ? text.map { String($0) } : text.split { ",;".contains($0) || $0.isWhitespace }.map(String.init)
        guard !names.isEmpty,
            names.allSatisfy({ $0.count == 1 && ($0.first!.isLetter || $0.first!.isNumber) })
        else { return nil }
        // A separator at the end leaves an empty name, which is not one character.
        guard text.last.map({ !",;".contains($0) }) == true, text.first.map({ !",;".contains($0) }) == true
        else { return nil }
        return names.joined().lowercased().sorted().map { String($0) }.joined()
    }
}
