import JSON

/// Questions with their answers under one or two conditions, or by two models: a list to filter, whose cards are loaded as one
/// scrolls.
package struct AnswerList: Sendable {
    /// A condition or model, with the folder of its cards relative to the page; empty for the page's own folder.
    package struct Column: Sendable {
        package let name: String
        package let folder: String

        package init(_ name: String, folder: String = "") {
            self.name = name
            self.folder = folder
        }
    }

    /// An answer, as it is filtered by.
    package struct Answer: Sendable {
        /// Nil without a verdict.
        package let isCorrect: Bool?
        package let text: String?
        package let toolCalls: Int
        /// Where its card is; nil if no cards were written.
        package let card: AnswerCards.Place?

        package init(isCorrect: Bool?, text: String?, toolCalls: Int, card: AnswerCards.Place?) {
            self.isCorrect = isCorrect
            self.text = text
            self.toolCalls = toolCalls
            self.card = card
        }
    }

    /// A question with an answer for each column; nil where a column has none.
    package struct Entry: Sendable {
        package let id: String
        package let question: String
        package let expected: String
        /// By name of a category.
        package let categories: [String: [String]]
        package let answers: [Answer?]

        package init(
            id: String, question: String, expected: String, categories: [String: [String]], answers: [Answer?]
        ) {
            self.id = id
            self.question = question
            self.expected = expected
            self.categories = categories
            self.answers = answers
        }
    }

    package let columns: [Column]
    /// What it is called if only the second column is right, and if only the first is, such as tool gain and tool harm.
    package let gain: String
    package let harm: String
    package let entries: [Entry]

    package init(columns: [Column], gain: String, harm: String, entries: [Entry]) {
        self.columns = columns
        self.gain = gain
        self.harm = harm
        self.entries = entries
    }

    var html: HTML {
        .element("section", ["id": "answers"]) {
            HTML.element("h2") { "Answers" }
            HTML.element("noscript") {
                HTML.element("p", ["class": "note"]) { "The list of answers needs JavaScript." }
            }
            HTML.element("div", ["id": "answer-list"])
            HTML.element("script", ["type": "application/json", "id": "answer-index"]) {
                HTML(json: json.text(.compact))
            }
        }
    }

    private var json: JSONValue {
        [
            "columns": .array(columns.map { ["name": .string($0.name), "folder": .string($0.folder)] }),
            "gain": .string(gain), "harm": .string(harm), "entries": .array(entries.map(\.json)),
        ]
    }
}

extension AnswerList.Entry {
    fileprivate var json: JSONValue {
        [
            "id": .string(id), "question": .string(question), "expected": .string(expected),
            "categories": .object(
                JSONObject(
                    categories.sorted { $0.key < $1.key }.map { ($0, .array($1.map(JSONValue.string))) })),
            "answers": .array(answers.map { $0?.json ?? .null }),
        ]
    }
}

extension AnswerList.Answer {
    fileprivate var json: JSONValue {
        [
            "right": isCorrect.map(JSONValue.boolean) ?? .null, "text": text.map(JSONValue.string) ?? .null,
            "calls": .number(toolCalls), "file": card.map { .string($0.file) } ?? .null,
            "index": card.map { .number($0.index) } ?? .null,
        ]
    }
}

/// The cards of answers as scripts beside a page: a page opened from a disk can load a script, but no other file of text.
package enum AnswerCards {
    /// The number of cards in a script.
    package static let count = 40

    /// Where a card is: the script, relative to the folder of its evaluation, and the index of the card in it.
    package struct Place: Sendable, Hashable {
        package let file: String
        package let index: Int

        /// - Parameters:
        ///   - position: index of the answer among those of a condition.
        ///   - name: name of the condition.
        package init(_ position: Int, of name: String) {
            file = "answers/\(name)-\(position / AnswerCards.count + 1).js"
            index = position % AnswerCards.count
        }
    }

    /// A script that attaches the markup of cards to its own element.
    package static func script(_ pictures: [TrajectoryPicture]) -> String {
        let cards = pictures.map { JSONValue.string(TrajectoryCard($0).html.markup) }
        return "document.currentScript.cards = \(JSONValue.array(cards).text(.compact));\n"
    }
}
