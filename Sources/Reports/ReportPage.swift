import Runs

/// The report of a run: evaluation results, learning curves, alarms, sample trajectories and configuration.
package struct ReportPage: Sendable {
    package let content: ReportContent

    package init(_ content: ReportContent) {
        self.content = content
    }

    /// The page as one self-contained HTML document.
    package var text: String {
        Page(
            title: "\(content.title) · DeepEyes run report", hasPictures: !content.trajectories.isEmpty,
            scripts: curves.scripts
        ) {
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
                HTML.element("a", ["href": "#configuration"]) { "Configuration" }
            }
        }
    }

    /// A summary of the result in a few sentences.
    private var lead: String {
        let training = content.figures.training
        let effort =
            "\(Readable.count(training.steps)) steps of reinforcement learning, "
            + "\(Readable.count(training.trajectories)) trajectories in \(Readable.seconds(training.seconds))."
        return ([effort] + content.figures.evaluations.map(\.sentence)).filter { !$0.isEmpty }
            .joined(separator: " ")
    }

    /// Maximum number of alarms listed on the page.
    private static let listedAlarmCount = 12

    @HTMLBuilder private var alarms: HTML {
        if !content.alarms.isEmpty {
            HTML.element("section", ["id": "alarms"]) {
                HTML.element("h2") { "Alarms" }
                HTML.element("p", ["class": "note"]) {
                    "Alarms raised during training, oldest first. The full list is in alarms.jsonl."
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
                    "In each turn, the model's input is on the left and its completion on the right."
                }
                for picture in content.trajectories { TrajectoryCard(picture).html }
            }
        }
    }

    private var configuration: HTML {
        .element("section", ["id": "configuration"]) {
            HTML.element("h2") { "Configuration" }
            HTML.element("p", ["class": "note"]) {
                "Seed \(content.figures.seed). The configuration below reproduces the run."
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
    /// The text with non-breaking spaces between numbers and their units.
    fileprivate var keepingUnits: String {
        ["%", "s", "min", "h", "d"].reduce(self) { text, unit in
            (0...9).reduce(text) { text, digit in
                text.replacing("\(digit) \(unit)", with: "\(digit)\u{A0}\(unit)")
            }
        }
    }
}
