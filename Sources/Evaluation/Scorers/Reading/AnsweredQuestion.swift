import Agent
import Foundation
import JSON

/// A benchmark question with a model's answer.
struct AnsweredQuestion {
    let id: String
    /// Fields of the question and of the prediction; those of the benchmark's own file take precedence.
    let values: [String: JSONValue]
    /// The entry's name, for errors.
    let entry: String
    let path: String

    /// The model's answer; the first of several.
    var said: String { allSaid.first ?? "" }

    /// All sampled answers of the model.
    var allSaid: [String] { values["prediction"]?.texts ?? [] }

    /// The first of these fields that exists.
    func text(_ keys: String...) -> String? { keys.lazy.compactMap { values[$0]?.plainText }.first }

    /// - Throws: ``PredictionError`` if none of these fields exists.
    func required(_ keys: String...) throws(PredictionError) -> String {
        guard let text = keys.lazy.compactMap({ values[$0]?.plainText }).first else {
            let names = keys.joined(separator: " or ")
            throw problem("has no \(names); if the benchmark's own file has it, give that file with --data")
        }
        return text
    }

    func problem(_ text: String) -> PredictionError {
        PredictionError(path: path, problem: "entry \(entry) \(text)")
    }

    /// The values of fields by which accuracy is reported.
    func groups(_ keys: String...) -> [String: [String]] {
        var found: [String: [String]] = [:]
        for key in keys { found[key] = values[key]?.texts }
        return found
    }

    /// The options in the fields A, B, … or in the list `options`, in order.
    var options: [(letter: String, text: String)] {
        let letters = (UInt8(ascii: "A")...UInt8(ascii: "Z")).map { String(UnicodeScalar($0)) }
        let list = values["options"]?.array ?? text("options").flatMap { PythonLiteral.value(of: $0)?.array }
        if let list { return zip(letters, list.map { $0.plainText ?? "" }).map { ($0, $1) } }
        return letters.compactMap { letter in text(letter).map { (letter, $0) } }
    }
}

extension AnsweredQuestion {
    /// Reads the predictions of a file, each with its question.
    ///
    /// - Parameters:
    ///   - data: the benchmark's own file; nil if the predictions contain the right answers.
    ///   - ids: fields that identify questions; the first one that both files have is used.
    ///   - needsText: whether an entry without a prediction is an error.
    /// - Throws: ``PredictionError``.
    static func read(_ predictions: URL, data: URL?, ids: [String], needsText: Bool) throws
        -> [AnsweredQuestion]
    {
        let file = try PredictionFile(predictions)
        let truth = try data.map { try PredictionFile($0) }
        let key = ids.first { id in
            file.entries.allSatisfy { $0.text(id) != nil }
                && truth?.entries.allSatisfy { $0.text(id) != nil } != false
        }
        guard truth == nil || key != nil else {
            let names = ids.joined(separator: ", ")
            throw PredictionError(
                path: predictions.path,
                problem: "has none of the fields \(names) in common with \(truth!.url.path)"
            )
        }
        // An empty cell of a table is an empty answer.
        let mayBeEmpty = file.format == .table && file.entries.contains { $0.values["prediction"] != nil }
        let known = try key.flatMap { key in try truth?.byID(key) }
        return try file.entries.map { entry in
            let id = key.flatMap { entry.text($0) } ?? entry.name
            var values = entry.values
            if let truth {
                guard let question = known?[id] else {
                    throw PredictionError(path: truth.url.path, problem: "has no question \(id)")
                }
                values.merge(question.values) { _, questions in questions }
            }
            guard !needsText || values["prediction"]?.texts?.isEmpty == false || mayBeEmpty else {
                throw file.missing("prediction", in: entry)
            }
            return AnsweredQuestion(id: id, values: values, entry: entry.name, path: file.url.path)
        }
    }
}

extension Score {
    /// An official scorer's result for one answer.
    struct Verdict {
        let isCorrect: Bool
        /// The parsed answer; nil if it could not be parsed.
        let prediction: String?

        init(_ isCorrect: Bool, _ prediction: String?) {
            self.isCorrect = isCorrect
            self.prediction = prediction
        }
    }

    init(
        _ questions: [AnsweredQuestion], groups: (AnsweredQuestion) -> [String: [String]],
        figures: ([ScoredItem]) -> [String: Double] = { _ in [:] },
        verdict: (AnsweredQuestion) throws -> Verdict
    ) rethrows {
        let items = try questions.map { question in
            let verdict = try verdict(question)
            return ScoredItem(
                id: question.id, isCorrect: verdict.isCorrect, prediction: verdict.prediction,
                categories: groups(question))
        }
        self.init(items, figures: figures(items))
    }
}
