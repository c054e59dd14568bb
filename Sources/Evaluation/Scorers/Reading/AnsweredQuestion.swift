import Agent
import Foundation
import JSON

/// A question of a benchmark with what a model said to it.
struct AnsweredQuestion {
    let id: String
    /// Of the question and of the prediction; the benchmark's own file has the last word.
    let values: [String: JSONValue]
    /// Names the entry in errors.
    let place: String
    let path: String

    /// What the model said; the first of several.
    var said: String { allSaid.first ?? "" }

    /// What the model said, each time it was asked.
    var allSaid: [String] { values["prediction"]?.texts ?? [] }

    /// The first of these members that is there.
    func text(_ keys: String...) -> String? { keys.lazy.compactMap { values[$0]?.plainText }.first }

    /// - Throws: ``PredictionError`` if none of these members is there.
    func required(_ keys: String...) throws(PredictionError) -> String {
        guard let text = keys.lazy.compactMap({ values[$0]?.plainText }).first else {
            let names = keys.joined(separator: " or ")
            throw problem("has no \(names); give the benchmark's own file with --data if it is there")
        }
        return text
    }

    func problem(_ text: String) -> PredictionError {
        PredictionError(path: path, problem: "entry \(place) \(text)")
    }

    /// The values of members that accuracy is reported for.
    func groups(_ keys: String...) -> [String: [String]] {
        var found: [String: [String]] = [:]
        for key in keys { found[key] = values[key]?.texts }
        return found
    }

    /// The options that the members A, B, … or the list `options` hold, in their order.
    var options: [(letter: String, text: String)] {
        let letters = (UInt8(ascii: "A")...UInt8(ascii: "Z")).map { String(UnicodeScalar($0)) }
        let list = values["options"]?.array ?? text("options").flatMap { PythonLiteral.value(of: $0)?.array }
        if let list { return zip(letters, list.map { $0.plainText ?? "" }).map { ($0, $1) } }
        return letters.compactMap { letter in text(letter).map { (letter, $0) } }
    }
}

extension AnsweredQuestion {
    /// The predictions of a file, each with its question.
    ///
    /// - Parameters:
    ///   - data: the benchmark's own file; nil if the predictions hold the right answers themselves.
    ///   - ids: names of the member that tells questions apart, the first that both files have.
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
                path: predictions.path, problem: "shares none of the members \(names) with \(truth!.url.path)"
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
                    throw PredictionError(path: truth.url.path, problem: "holds no question \(id)")
                }
                values.merge(question.values) { _, questions in questions }
            }
            guard !needsText || values["prediction"]?.texts?.isEmpty == false || mayBeEmpty else {
                throw file.missing("prediction", in: entry)
            }
            return AnsweredQuestion(id: id, values: values, place: entry.name, path: file.url.path)
        }
    }
}

extension Score {
    /// What an official scorer makes of one answer.
    struct Verdict {
        let isCorrect: Bool
        /// What was understood; nil if nothing.
        let understood: String?

        init(_ isCorrect: Bool, _ understood: String?) {
            self.isCorrect = isCorrect
            self.understood = understood
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
                id: question.id, isCorrect: verdict.isCorrect, prediction: verdict.understood,
                categories: groups(question))
        }
        self.init(items, figures: figures(items))
    }
}
