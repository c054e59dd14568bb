internal import Foundation

/// The prompt template of a judge, with the placeholders `{question}`, `{expected}` and `{answer}`.
///
/// Inserted text is fenced by a delimiter that does not occur in it, so that an answer cannot end its own block and inject
/// instructions into the prompt.
package struct JudgePrompt: Hashable, Sendable {
    /// Inserted texts are truncated to this many characters; training does not judge longer answers anyway.
    private static let lengthLimit = 4000

    package let template: String

    /// The built-in prompt.
    package init() { template = String(decoding: PackageResources.prompt_txt, as: UTF8.self) }

    /// - Throws: ``JudgeError`` if a placeholder is missing.
    package init(template: String, origin: String) throws {
        for placeholder in Placeholder.allCases where !template.contains(placeholder.text) {
            throw JudgeError(
                description: "\(origin): the judge prompt lacks \(placeholder.text); it needs "
                    + Placeholder.allCases.map(\.text).joined(separator: ", "))
        }
        self.template = template
    }

    /// - Throws: ``JudgeError`` if the file cannot be read or lacks a placeholder.
    package init(contentsOf path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw JudgeError(description: "\(path): cannot be read; check judge.prompt")
        }
        try self.init(template: String(decoding: data, as: UTF8.self), origin: path)
    }

    private enum Placeholder: String, CaseIterable {
        case question, expected, answer
        var text: String { "{\(rawValue)}" }
    }

    /// The prompt for one answer.
    package func text(question: String, expected: String, answer: String) -> String {
        let contents: [Placeholder: String] = [
            .question: defused(question), .expected: defused(expected), .answer: defused(answer),
        ]
        let delimiter = delimiter(absentFrom: Array(contents.values))
        // A single pass, so that inserted text is not searched for placeholders.
        var (text, rest) = ("", template[...])
        while let start = rest.firstIndex(of: "{") {
            text += rest[..<start]
            rest = rest[start...]
            if let placeholder = Placeholder.allCases.first(where: { rest.hasPrefix($0.text) }) {
                text += "<<<\(delimiter)\n\(contents[placeholder] ?? "")\n\(delimiter)>>>"
                rest = rest.dropFirst(placeholder.text.count)
            } else {
                text += "{"
                rest = rest.dropFirst()
            }
        }
        return text + rest
    }

    /// Breaks up special tokens such as `<|im_end|>`, which servers would otherwise interpret even inside an answer.
    private func defused(_ text: String) -> String {
        String(text.prefix(Self.lengthLimit)).replacing("<|", with: "< |").replacing("|>", with: "| >")
    }

    /// A delimiter that occurs in none of the texts; deterministic, so that verdicts can be cached.
    private func delimiter(absentFrom texts: [String]) -> String {
        var number = 1
        while texts.contains(where: { $0.contains("BLOCK-\(number)") }) { number += 1 }
        return "BLOCK-\(number)"
    }
}

/// A judge is configured incorrectly.
package struct JudgeError: Error, Hashable, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
}
