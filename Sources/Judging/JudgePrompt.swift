internal import Foundation

/// The words that a judge is asked with.
///
/// A text with the places `{question}`, `{expected}` and `{answer}`. What comes to stand there is fenced by a mark that does
/// not occur in it, so that an answer cannot end its own block and go on in the voice of the prompt.
package struct JudgePrompt: Hashable, Sendable {
    /// Characters of an answer that are shown; longer ones are not judged in training anyway.
    private static let lengthLimit = 4000

    package let template: String

    /// The prompt that is shipped.
    package init() { template = String(decoding: PackageResources.prompt_txt, as: UTF8.self) }

    /// - Throws: ``JudgeError`` if a place is missing.
    package init(template: String, origin: String) throws {
        for place in Place.allCases where !template.contains(place.text) {
            throw JudgeError(
                description: "\(origin): the prompt of the judge lacks \(place.text); it needs "
                    + Place.allCases.map(\.text).joined(separator: ", "))
        }
        self.template = template
    }

    /// - Throws: ``JudgeError`` if the file cannot be read or lacks a place.
    package init(contentsOf path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw JudgeError(description: "\(path): cannot be read; check judge.prompt")
        }
        try self.init(template: String(decoding: data, as: UTF8.self), origin: path)
    }

    private enum Place: String, CaseIterable {
        case question, expected, answer
        var text: String { "{\(rawValue)}" }
    }

    /// The question to the judge.
    package func text(question: String, expected: String, answer: String) -> String {
        let contents: [Place: String] = [
            .question: defused(question), .expected: defused(expected), .answer: defused(answer),
        ]
        let mark = mark(absentFrom: Array(contents.values))
        // One pass from left to right: what was put in is not searched for places again.
        var (text, rest) = ("", template[...])
        while let start = rest.firstIndex(of: "{") {
            text += rest[..<start]
            rest = rest[start...]
            if let place = Place.allCases.first(where: { rest.hasPrefix($0.text) }) {
                text += "<<<\(mark)\n\(contents[place] ?? "")\n\(mark)>>>"
                rest = rest.dropFirst(place.text.count)
            } else {
                text += "{"
                rest = rest.dropFirst()
            }
        }
        return text + rest
    }

    /// Servers read the special tokens of their model wherever they stand, `<|im_end|>` in an answer too.
    private func defused(_ text: String) -> String {
        String(text.prefix(Self.lengthLimit)).replacing("<|", with: "< |").replacing("|>", with: "| >")
    }

    /// A word that occurs in none of the texts; the same for the same texts, so that verdicts can be kept.
    private func mark(absentFrom texts: [String]) -> String {
        var number = 1
        while texts.contains(where: { $0.contains("BLOCK-\(number)") }) { number += 1 }
        return "BLOCK-\(number)"
    }
}

/// A judge cannot be set up.
package struct JudgeError: Error, Hashable, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
}
