/// A page of result tables, followed by the answers behind them.
package struct FiguresPage: Sendable {
    package let title: String
    /// A one- or two-sentence summary of the result.
    package let lead: String
    package let facts: [ReportContent.Fact]
    package let tables: [FigureTable]
    /// Nil if the page shows no answers.
    package let answers: AnswerList?

    package init(
        title: String, lead: String, facts: [ReportContent.Fact], tables: [FigureTable], answers: AnswerList?
    ) {
        self.title = title
        self.lead = lead
        self.facts = facts
        self.tables = tables
        self.answers = answers
    }

    /// The page as an HTML document; the cards and pictures of answers are files beside it.
    package var text: String {
        Page(
            title: title, hasPictures: answers != nil, hasFiles: answers != nil,
            scripts: answers == nil ? [] : SharedFile.answerScripts
        ) {
            HTML.element("header", ["class": "top"]) {
                HTML.element("p", ["class": "over"]) { "DeepEyes evaluation" }
                HTML.element("h1") { title }
                HTML.element("p", ["class": "lead"]) { lead }
                if answers != nil {
                    HTML.element("nav", ["aria-label": "Sections", "id": "answer-links"]) {
                        HTML.element("a", ["href": "#configuration"]) { "Configuration" }
                        HTML.element("a", ["href": "#answers"]) { "All answers" }
                    }
                }
            }
            for table in tables {
                HTML.element("section") { table.html }
            }
            HTML.element("section", ["id": "configuration"]) {
                HTML.element("h2") { "Configuration" }
                Page.list(facts)
            }
            answers?.html
        }
        .text
    }
}
