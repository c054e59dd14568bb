/// V*Bench (Wu and Xie, 2024) as lmms-eval scores it: a letter of A to D; by category and over all questions.
enum VStar {
    static func score(_ questions: [AnsweredQuestion]) throws -> Score {
        try Score(questions, groups: { $0.groups("category") }, figures: { _ in Judged.figures(questions) }) {
            question in
            let right = PythonText(try question.required("label", "answer")).stripped().uppercased.string
            let letter = OptionLetter.vstar(question.said)
            return .init(letter == right, letter)
        }
    }
}
