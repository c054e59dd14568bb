import Agent
import Foundation
import JSON

/// MathVista (Lu et al., 2024): an extracted answer is normalized to the form of the right answer and compared as text.
enum MathVista {
    /// The metadata fields by which the benchmark reports accuracy.
    private static let groups = ["language", "source", "category", "task", "context", "grade", "skills"]

    static func score(_ predictions: PredictionFile, truth: PredictionFile?) throws -> Score {
        let questions = try truth?.byID("pid")
        let items = try predictions.entries.map { entry in
            let id = entry.text("pid") ?? entry.name
            var question = entry
            if let questions {
                guard let known = questions[id] else {
                    throw PredictionError(path: truth?.url.path ?? "", problem: "has no question \(id)")
                }
                question = known
            }
            guard let right = question.text("answer") else {
                throw predictions.missing("answer", in: question)
            }
            let prediction = normalized(entry.text("extraction") ?? "", for: question)
            var categories: [String: [String]] = [:]
            for key in ["question_type", "answer_type"] { categories[key] = question.values[key]?.texts }
            for key in groups { categories[key] = question.values["metadata"]?[key]?.texts }
            return ScoredItem(
                id: id, isCorrect: prediction.map(trimmed) == trimmed(right), prediction: prediction,
                categories: categories)
        }
        return Score(items)
    }

    /// The extraction, normalized to the question's answer form; nil if that fails.
    static func normalized(_ extraction: String, for question: PredictionFile.Entry) -> String? {
        let text = trimmed(extraction)
        if question.text("question_type") == "multi_choice" {
            guard case .array(let list)? = question.values["choices"] else { return nil }
            return choice(text, of: list.map { $0.plainText ?? "" })
        }
        switch question.text("answer_type") {
        case "integer":
            guard let number = PythonNumber.float(text), number.isFinite, abs(number) < 1e15 else {
                return nil
            }
            return String(Int(number.rounded(.towardZero)))
        case "float":
            guard let number = PythonNumber.float(text), number.isFinite,
                let places = question.text("precision").flatMap(Double.init), (0...15).contains(places)
            else { return nil }
            return Double(String(format: "%.\(Int(places))f", number)).map { String($0) }
        default: return extraction
        }
    }

    /// The choice with the given letter, else the one with the smallest edit distance.
    private static func choice(_ text: String, of choices: [String]) -> String? {
        let letter = text.firstMatch(of: /\(([a-zA-Z])\)/).map { $0.output.1.uppercased() } ?? text
        if letter.utf8.count == 1, let code = letter.utf8.first, code >= 65, Int(code) - 65 < choices.count {
            return choices[Int(code) - 65]
        }
        return choices.min { distance(letter, $0) < distance(letter, $1) }
    }

    /// Levenshtein distance.
    static func distance(_ a: String, _ b: String) -> Int {
        let (a, b) = (Array(a.unicodeScalars), Array(b.unicodeScalars))
        var row = Array(0...b.count)
        for (index, scalar) in a.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in b.indices {
                let replaced = diagonal + (scalar == b[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
            }
        }
        return row[b.count]
    }

    private static func trimmed(_ text: String) -> String {
        text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
