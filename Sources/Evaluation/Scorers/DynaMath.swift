import Agent
import Foundation
import JSON

/// DynaMath (Zou et al., 2024): each question has ten variants. Worst-case accuracy counts a question only if all of its
/// variants are right.
enum DynaMath {
    static func score(_ questions: [AnsweredQuestion]) throws -> Score {
        let items = try Score(questions, groups: { $0.groups("subject", "knowledge_level") }) {
            try verdict(on: $0)
        }.items
        return Score(items, figures: worstCase(items, questions))
    }

    /// The task `dynamath_reasoning` of lmms-eval.
    static func scoreReasoning(_ questions: [AnsweredQuestion]) throws -> Score {
        let items = try Score(questions, groups: { $0.groups("subject", "knowledge_level") }) {
            ReasoningAnswer.verdict(on: $0.said, answer: try $0.required("ground_truth", "answer"))
        }.items
        return Score(items, figures: worstCase(items, questions))
    }

    /// Worst-case accuracy over all questions, and by subject and level.
    private static func worstCase(_ items: [ScoredItem], _ questions: [AnsweredQuestion]) -> [String: Double]
    {
        var solved: [String: Bool] = [:]
        var first: [String: ScoredItem] = [:]
        for (item, question) in zip(items, questions) {
            let id = question.text("qid", "question_id") ?? item.id
            solved[id] = solved[id, default: true] && item.isCorrect
            first[id] = first[id] ?? item
        }
        func fraction(_ chosen: (ScoredItem) -> Bool) -> Double {
            let ids = first.filter { chosen($0.value) }.keys
            return ids.isEmpty ? 0 : Double(ids.count { solved[$0] == true }) / Double(ids.count)
        }
        var found = ["Worst Case Overall": fraction { _ in true }]
        for (name, group) in [("Subject", "subject"), ("Level", "knowledge_level")] {
            for value in Set(items.flatMap { $0.categories[group] ?? [] }) {
                found["Worst Case \(name)-\(value)"] = fraction {
                    $0.categories[group]?.contains(value) == true
                }
            }
        }
        return found
    }

    // MARK: One answer

    private enum Form: String { case float, choice = "multiple choice", text }

    private static func verdict(on question: AnsweredQuestion) throws -> Score.Verdict {
        let form = Form(rawValue: try question.required("answer_type")) ?? .text
        let right = try question.required("answer", "ground_truth")
        let said = prepared(question.said)
        // The short answer of a JSON object, else the whole text, else a judge's extraction.
        let short =
            shortAnswer(in: said).flatMap { parsed($0, as: form) } ?? parsed(said, as: form)
            ?? question.text("extracted").flatMap { parsed($0, as: form) }
        switch form {
        case .float:
            guard let expected = PythonNumber.float(right) else {
                throw question.problem("has the answer \(right), which is not a number")
            }
            let difference = short.flatMap(Double.init).map { abs($0 - expected) }
            return .init(difference.map { $0 <= 0.001 } ?? false, short)
        case .choice:
            return .init(short.map { $0 == right } ?? said[0..<3].uppercased.contains(right), short)
        case .text:
            return .init(
                short.map { PythonText(right.lowercased()).contains($0.lowercased()) } ?? false, short)
        }
    }

    /// From the first brace to the last, and without backslashes.
    private static func prepared(_ said: String) -> PythonText {
        var text = PythonText(said)
        if let start = text.first("{"), let end = text.last("}"), start < end { text = text[start..<end + 1] }
        return text.replacing("\\", with: "")
    }

    private static func shortAnswer(in text: PythonText) -> PythonText? {
        guard let value = try? JSONValue(parsing: withoutControls(text)) else { return nil }
        return value["short answer"]?.string.map { PythonText($0) }
    }

    /// Escapes line feeds in strings, which JSON forbids but the official reader accepts; the text has no other
    /// backslashes.
    private static func withoutControls(_ text: PythonText) -> String {
        var isInString = false
        return text.scalars.map { scalar in
            if scalar == "\"" { isInString.toggle() }
            guard isInString, scalar.value < 0x20 else { return String(scalar) }
            return String(JSONValue.string(String(scalar)).text.dropFirst().dropLast())
        }.joined()
    }

    private static func parsed(_ answer: PythonText, as form: Form) -> String? {
        parsed(answer.string, as: form)
    }

    private static func parsed(_ answer: String, as form: Form) -> String? {
        switch form {
        case .float:
            // The text before the first space; for a multiple of π, the text before it.
            let first = PythonText(answer).split(by: " ")[0]
            guard first.contains("π") else { return PythonNumber.float(first.string).map { String($0) } }
            return PythonNumber.float(first.split(by: "π")[0].string).map { String($0 * .pi) }
        case .choice:
            let text = PythonText(answer).uppercased
            if answer.unicodeScalars.count == 1 { return text.string }
            let named = ["A", "B", "C", "D", "E"].filter(text.contains)
            return named.count == 1 ? named[0] : nil
        case .text: return answer
        }
    }
}
