import Runs

/// The report of a run: what it achieved, how it learned, and what its trajectories look like.
package struct ReportPage: Sendable {
    package let content: ReportContent

    package init(_ content: ReportContent) {
        self.content = content
    }

    /// The page as one self-contained HTML document.
    package var text: String {
        Page(title: "\(content.title) · DeepEyes run report", scripts: curves.scripts) {
            header
            for (index, evaluation) in content.figures.evaluations.enumerated() {
                EvaluationSection(evaluation: evaluation, isFirst: index == 0).html
            }
            curves.html
            alarms
            trajectories
            configuration
        }
        .text
    }

    private var curves: CurvesSection {
        CurvesSection(history: content.history, alarms: content.alarms)
    }

    private var header: HTML {
        .element("header", ["class": "top"]) {
            HTML.element("p", ["class": "over"]) { "DeepEyes run report" }
            HTML.element("h1") { content.title }
            HTML.element("p", ["class": "lead"]) { lead.keepingUnits }
            HTML.element("nav", ["aria-label": "Sections"]) {
                for (index, evaluation) in content.figures.evaluations.enumerated() {
                    HTML.element("a", ["href": index == 0 ? "#result" : "#result-\(evaluation.name)"]) {
                        evaluation.title
                    }
                }
                HTML.element("a", ["href": "#curves"]) { "Learning curves" }
                if !content.alarms.isEmpty { HTML.element("a", ["href": "#alarms"]) { "Alarms" } }
                if !content.trajectories.isEmpty {
                    HTML.element("a", ["href": "#trajectories"]) { "Trajectories" }
                }
                HTML.element("a", ["href": "#configuration"]) { "How it was made" }
            }
        }
    }

    /// The result in a few sentences.
    private var lead: String {
        let training = content.figures.training
        let effort =
            "\(Readable.count(training.steps)) steps of reinforcement learning, "
            + "\(Readable.count(training.trajectories)) trajectories in \(Readable.seconds(training.seconds))."
        return ([effort] + content.figures.evaluations.map(\.sentence)).filter { !$0.isEmpty }
            .joined(separator: " ")
    }

    /// Alarms that are listed; the file has all.
    private static let listedAlarmCount = 12

    @HTMLBuilder private var alarms: HTML {
        if !content.alarms.isEmpty {
            HTML.element("section", ["id": "alarms"]) {
                HTML.element("h2") { "Alarms" }
                HTML.element("p", ["class": "note"]) {
                    "What training gave notice of, in the order it began. All are in alarms.jsonl."
                }
                Page.list(
                    content.alarms.prefix(Self.listedAlarmCount).map {
                        ReportContent.Fact(
                            "Step \(Readable.count($0.step)), \($0.alarm.rawValue)", $0.message)
                    })
                if content.alarms.count > Self.listedAlarmCount {
                    HTML.element("p", ["class": "note"]) {
                        "\(Readable.count(content.alarms.count - Self.listedAlarmCount)) more"
                    }
                }
            }
        }
    }

    @HTMLBuilder private var trajectories: HTML {
        if !content.trajectories.isEmpty {
            HTML.element("section", ["id": "trajectories"]) {
                HTML.element("h2") { "Trajectories" }
                HTML.element("p", ["class": "note"]) {
                    "What the model was shown stands left of what it wrote next."
                }
                for picture in content.trajectories { TrajectoryCard(picture).html }
            }
        }
    }

    private var configuration: HTML {
        .element("section", ["id": "configuration"]) {
            HTML.element("h2") { "How it was made" }
            HTML.element("p", ["class": "note"]) {
                "Seed \(content.figures.seed); the same file makes the same run."
            }
            Page.list(content.facts)
            HTML.element("details") {
                HTML.element("summary") { "config.yaml" }
                HTML.element("pre") { content.configuration }
            }
        }
    }
}

extension String {
    /// The text with no line break between a number and its unit.
    fileprivate var keepingUnits: String {
        ["%", "s", "min", "h", "d"].reduce(self) { text, unit in
            (0...9).reduce(text) { text, digit in
                text.replacing("\(digit) \(unit)", with: "\(digit)\u{A0}\(unit)")
            }
        }
    }
}
