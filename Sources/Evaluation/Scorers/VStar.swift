/// V*Bench (Wu and Xie, 2024) as lmms-eval scores it: letters A to D, accuracy overall and by category.
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
