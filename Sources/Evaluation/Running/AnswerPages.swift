package import Foundation
package import Reports
import Runs

/// The lists of answers of an evaluation and of a comparison, and the cards that they load.
struct AnswerPages {
    /// The list of one evaluation: each question without tools beside the same question with tools.
    ///
    /// - Parameters:
    ///   - result: the result of the evaluation.
    ///   - questions: the question of each answer, by condition and in the order of the outcomes.
    static func list(of result: EvaluationResult, questions: [String: [String]]) -> AnswerList {
        let conditions = ["no_tools", "tools"].filter { result.outcomes[$0] != nil }
        let entries = paired(conditions.map { numbered(result, $0) }).map { answers in
            entry(
                answers, questions: zip(conditions, answers).compactMap { questions[$0]?[$1?.position ?? 0] },
                cards: zip(conditions, answers).map { condition, answer in
                    answer.map { AnswerCards.Place($0.position, of: condition) }
                })
        }
        return AnswerList(
            columns: conditions.map { AnswerList.Column(ConditionScore.name(of: $0)) }, gain: "Tool gain",
            harm: "Tool harm", entries: entries)
    }

    /// The list of two evaluations: the answers to a question beside each other, for each condition that both have.
    ///
    /// - Parameters:
    ///   - results: the two evaluations.
    ///   - names: what they are called.
    ///   - folders: their folders, relative to the page and with a slash at the end; nil if it has no cards.
    static func list(
        comparing results: [EvaluationResult], names: [String], folders: [String?]
    ) -> AnswerList {
        let conditions = results[0].outcomes.keys.filter { results[1].outcomes[$0] != nil }.sorted()
        let entries = conditions.flatMap { condition in
            paired(results.map { numbered($0, condition) }).filter { !$0.contains { $0 == nil } }.map {
                answers in
                entry(
                    answers,
                    cards: zip(folders, answers).map { folder, answer in
                        folder == nil ? nil : answer.map { AnswerCards.Place($0.position, of: condition) }
                    },
                    condition: conditions.count > 1 ? ConditionScore.name(of: condition) : nil)
            }
        }
        return AnswerList(
            columns: zip(names, folders).map { AnswerList.Column($0, folder: $1 ?? "") }, gain: "Better",
            harm: "Worse", entries: entries)
    }

    private typealias Numbered = (position: Int, outcome: Outcome)

    private static func numbered(_ result: EvaluationResult, _ condition: String) -> [Numbered] {
        (result.outcomes[condition] ?? []).enumerated().map { ($0, $1) }
    }

    /// The answers to each sample of an item, nil where a column has none; sorted by item and sample.
    private static func paired(_ columns: [[Numbered]]) -> [[Numbered?]] {
        func key(_ outcome: Outcome) -> [Int] { [outcome.index, outcome.sample] }
        let found = columns.map { column in
            Dictionary(column.map { (key($0.outcome), $0) }) { first, _ in first }
        }
        return Set(found.flatMap(\.keys)).sorted { $0.lexicographicallyPrecedes($1) }.map { key in
            found.map { $0[key] }
        }
    }

    private static func entry(
        _ answers: [Numbered?], questions: [String] = [], cards: [AnswerCards.Place?],
        condition: String? = nil
    ) -> AnswerList.Entry {
        let outcome = answers.lazy.compactMap { $0?.outcome }.first
        var categories = outcome?.categories ?? [:]
        if let condition { categories["condition"] = [condition] }
        return AnswerList.Entry(
            id: (outcome?.id ?? "")
                + (outcome.map { $0.sample > 0 ? ", sample \($0.sample + 1)" : "" } ?? ""),
            question: questions.first ?? "", expected: outcome?.expected ?? "", categories: categories,
            answers: zip(answers, cards).map { answer, card in
                answer.map {
                    AnswerList.Answer(
                        isCorrect: $0.outcome.isCorrect, text: $0.outcome.answer,
                        toolCalls: $0.outcome.toolCalls, card: card)
                }
            })
    }
}

/// A page with the answers of two evaluations side by side. It loads cards and pictures from their folders.
package struct ComparisonPage {
    private let results: [EvaluationResult]
    private let names: [String]
    private let folders: [URL]
    private let tables: [FigureTable]

    /// - Parameters:
    ///   - results: the two evaluations.
    ///   - folders: their folders.
    ///   - tables: the figures of the comparison.
    package init(_ results: [EvaluationResult], in folders: [URL], tables: [FigureTable]) {
        self.results = results
        self.folders = folders.map(\.standardizedFileURL.absoluteURL)
        self.tables = tables
        let names = self.folders.map(\.lastPathComponent)
        self.names = names[0] == names[1] ? ["\(names[0]), first", "\(names[1]), second"] : names
    }

    /// Writes the page.
    ///
    /// - Throws: `RunError` if the file cannot be written.
    package func write(to file: URL) throws {
        let home = file.standardizedFileURL.absoluteURL.deletingLastPathComponent()
        let answers = AnswerPages.list(
            comparing: results, names: names,
            folders: folders.map { folder in
                let hasCards = FileManager.default.fileExists(atPath: folder.appending(path: "answers").path)
                return hasCards ? Self.path(from: home, to: folder) : nil
            })
        let page = FiguresPage(
            title: "\(results[0].title): \(names[0]) and \(names[1])",
            lead: "The same questions, answered by \(results[0].model) and by \(results[1].model).",
            facts: zip(names, results).map { ReportContent.Fact($0, $1.model) }, tables: tables,
            answers: answers)
        try AtomicFile.write(page.text, to: file)
    }

    /// A relative path with a slash at the end; empty if both are the same.
    static func path(from home: URL, to folder: URL) -> String {
        let (here, there) = (home.pathComponents, folder.pathComponents)
        let common = zip(here, there).prefix { $0 == $1 }.count
        let parts = Array(repeating: "..", count: here.count - common) + there[common...]
        return parts.map {
            ($0.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? $0) + "/"
        }.joined()
    }
}
