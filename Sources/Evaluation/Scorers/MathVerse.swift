import Agent
import JSON

/// MathVerse (Zhang et al., 2024): scores a judge's recorded verdicts.
enum MathVerse {
    static func score(_ questions: [AnsweredQuestion]) throws -> Score {
        try Score(questions, groups: groups) { question in
            let extraction = question.text("extract", "extraction").map { PythonText($0).stripped().string }
            if let verdict = question.text("score", "true_false", "judgement", "gpt_eval_score") {
                return .init(Judged.isTrue(verdict), extraction ?? question.text("prediction"))
            }
            guard let extraction else {
                throw question.problem(
                    "has no judge verdict (score, true_false, judgement or gpt_eval_score); run the official judge first"
                )
            }
            // The official scorer uses the judge only if the texts differ.
            return .init(
                extraction == PythonText(try question.required("answer")).stripped().string, extraction)
        }
    }

    private static func groups(_ question: AnsweredQuestion) -> [String: [String]] {
        var found = question.groups("problem_version", "subject", "subfield")
        let metadata = question.text("metadata").flatMap(PythonLiteral.value) ?? question.values["metadata"]
        for key in ["subject", "subfield"] { found[key] = metadata?[key]?.texts ?? found[key] }
        return found
    }
}
