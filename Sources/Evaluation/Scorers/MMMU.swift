import Agent
import JSON

/// MMMU (Yue et al., 2024). If no option is found, the scorer guesses with Python's random numbers. A question without
/// options is right if any candidate number or phrase is.
enum MMMU {
    static func score(_ questions: [AnsweredQuestion]) throws -> Score {
        var random = PythonRandom(seed: 42)
        var guesses = (count: 0, expected: 0.0)
        let score = try Score(questions, groups: groups) { question in
            let right = try answers(of: question)
            guard isMultipleChoice(question) else {
                let candidates = MMMUOpenAnswer.candidates(in: question.said)
                return .init(
                    MMMUOpenAnswer.isRight(candidates, answers: right),
                    question.said.isEmpty ? nil : question.said)
            }
            let options = question.options
            guard !options.isEmpty else {
                throw question.problem(
                    "has neither options nor A, B, …; give the benchmark's own file with --data")
            }
            if let letter = letter(in: question.said, options: options) {
                return .init(right.contains(letter), letter)
            }
            guesses.count += 1
            guesses.expected += 1 / Double(options.count)
            return .init(right.contains(random.choice(of: options.map(\.letter))), nil)
        }
        return Score(
            score.items,
            figures: ["guesses": Double(guesses.count), "guesses expected to be right": guesses.expected])
    }

    private static func answers(of question: AnsweredQuestion) throws -> [String] {
        if let list = question.values["answer"]?.array { return list.compactMap(\.plainText) }
        return [try question.required("answer")]
    }

    private static func isMultipleChoice(_ question: AnsweredQuestion) -> Bool {
        question.text("question_type").map { $0 == "multiple-choice" } ?? !question.options.isEmpty
    }

    // MARK: Options

    /// The last option in the first of these forms that occurs: "(A)", "A ", "A.", and in answers of more than five words
    /// the option's text.
    private static func letter(in said: String, options: [(letter: String, text: String)]) -> String? {
        let text = PythonText(" " + PythonText(said).stripped(inTurn: ",.!?;:'").string + " ")
        let bracketed = options.filter { text.contains("(\($0.letter))") }
        if !bracketed.isEmpty { return last(of: bracketed) { text.last("(\($0.letter))") } }
        for end in [" ", "."] {
            let named = options.filter { text.contains($0.letter + end) }
            // Only letters surrounded by spaces have a position; the others count as first.
            if !named.isEmpty { return last(of: named) { text.last(" \($0.letter) ") } }
        }
        guard text.words.count > 5 else { return nil }
        let lowercased = text.lowercased
        return last(of: options.filter { lowercased.contains($0.text.lowercased()) }) {
            lowercased.last($0.text.lowercased())
        }
    }

    private static func last(
        of options: [(letter: String, text: String)], position: ((letter: String, text: String)) -> Int?
    ) -> String? {
        var found: (letter: String, position: Int)?
        for option in options {
            let position = position(option) ?? -1
            if found.map({ $0.position < position }) ?? true { found = (option.letter, position) }
        }
        return found?.letter
    }

    // MARK: Groups

    private static func groups(_ question: AnsweredQuestion) -> [String: [String]] {
        guard let subject = subject(of: question) else { return [:] }
        let domain = domains.first { $0.value.contains(subject) }?.key ?? question.text("l2-category")
        return ["subject": [subject], "domain": [domain].compactMap(\.self)]
    }

    /// The part of an id between the first and the last underscore: `Art_Theory` in `validation_Art_Theory_7`.
    private static func subject(of question: AnsweredQuestion) -> String? {
        let parts = question.text("id")?.split(separator: "_", omittingEmptySubsequences: false) ?? []
        guard parts.count >= 3, PythonNumber.isDigits(String(parts.last!)) else {
            return question.text("category")
        }
        return parts[1..<parts.count - 1].joined(separator: "_")
    }

    private static let domains = [
        "Art and Design": ["Art", "Art_Theory", "Design", "Music"],
        "Business": ["Accounting", "Economics", "Finance", "Manage", "Marketing"],
        "Science": ["Biology", "Chemistry", "Geography", "Math", "Physics"],
        "Health and Medicine": [
            "Basic_Medical_Science", "Clinical_Medicine", "Diagnostics_and_Laboratory_Medicine", "Pharmacy",
            "Public_Health",
        ],
        "Humanities and Social Science": ["History", "Literature", "Sociology", "Psychology"],
        "Tech and Engineering": [
            "Agriculture", "Architecture_and_Engineering", "Computer_Science", "Electronics",
            "Energy_and_Power", "Materials",
            "Mechanical_Engineering",
        ],
    ]
}
