import Agent
import Foundation
import JSON

/// MATH-Vision (Wang et al., 2024): an answer is right if it equals the letter or the text of the right option, compared
/// as text or as a number rounded to two decimal places.
enum MathVision {
    static func score(_ predictions: PredictionFile, truth: PredictionFile) throws -> Score {
        let questions = try truth.byID("id")
        let items = try predictions.entries.map { entry in
            guard let id = entry.text("id") else { throw predictions.missing("id", in: entry) }
            guard let question = questions[id], let right = question.text("answer") else {
                throw PredictionError(path: truth.url.path, problem: "has no answer for question \(id)")
            }
            guard let answer = entry.text("model_answer") ?? entry.text("prediction") else {
                throw predictions.missing("model_answer", in: entry)
            }
            var accepted = [right]
            if case .array(let options)? = question.values["options"], right.utf8.count == 1,
                let letter = right.utf8.first, letter >= 65, Int(letter) - 65 < options.count,
                let text = options[Int(letter) - 65].plainText
            {
                accepted.append(text)
            }
            var categories: [String: [String]] = [:]
            for key in ["level", "subject"] { categories[key] = question.values[key]?.texts }
            return ScoredItem(
                id: id, isCorrect: accepted.contains { areEqual(answer, $0) },
                prediction: answer.isEmpty ? nil : answer, categories: categories)
        }
        return Score(items)
    }

    private static func areEqual(_ a: String, _ b: String) -> Bool {
        let texts = [a, b].map { $0.lowercased().trimmingCharacters(in: .whitespaces) }
        if texts.contains("") { return false }
        if texts[0] == texts[1] { return true }
        guard let first = MathVisionFormula(texts[0]).value, let second = MathVisionFormula(texts[1]).value
        else {
            return false
        }
        return rounded(first) == rounded(second)
    }

    private static func rounded(_ number: Double) -> String { String(format: "%.2f", number) }
}
