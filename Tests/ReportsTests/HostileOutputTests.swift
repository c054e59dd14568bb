import Foundation
import Reports
import Runs
import TestFixtures
import Testing

@Suite struct HostileOutputTests {
    private static let attacks = [
        "</p><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>",
        "</style><b>", "<!-- ", "&lt;script&gt;", "'onmouseover='alert(1)",
    ]

    /// A trajectory with the attack in every place that a model, a data set or a user can write to.
    private func picture(_ attack: String) -> TrajectoryPicture {
        var record = TrajectoryRecord.sample(step: 1, callCount: 2)
        record.question = attack
        record.expected = attack
        record.answer = attack
        record.kind = attack
        record.exampleID = attack
        record.finish = attack
        record.origin = .evaluation(attack)
        record.rewards.append(RewardRecord(attack, 1))
        record.calls[0].error = attack
        record.calls[1].arguments = attack
        for index in record.segments.indices {
            record.segments[index].text =
                "<think>\(attack)</think>\(attack)<tool_call>\(attack)</tool_call><answer>\(attack)</answer>"
        }
        return TrajectoryPicture(record, remark: attack)
    }

    @Test(arguments: attacks)
    func nothingAModelWritesBecomesMarkup(_ attack: String) {
        var content = content(title: attack, trajectories: [picture(attack)])
        content.facts = [.init(attack, attack)]
        content.configuration = attack
        content.figures = ReportFigures(
            seed: 1, training: .init(steps: 1, seconds: 1, trajectories: 1),
            evaluations: [
                .init(
                    name: attack, title: attack,
                    measurements: [0, 1].map { step in
                        let score = EvaluationMeasurement.Score(items: 1, accuracy: 1, callRate: 1)
                        return EvaluationMeasurement(
                            step: step, offersTools: true, overall: score,
                            kinds: [.init(name: attack, score: score), .init(name: "other", score: score)],
                            callsPerTrajectory: 1, firstBoxIoU: nil, formatErrorRate: 0)
                    })
            ])
        content.history = MetricHistory([
            StepMetrics(step: 1, values: [Metric(attack, 1), Metric("reward/" + attack, 1)])
        ])
        content.alarms = [
            AlarmRecord(step: 1, alarm: .failed, action: .warn, value: 1, threshold: 0, message: attack)
        ]
        let facts = [ReportContent.Fact(attack, attack)]
        for (page, scripts) in [
            (
                ReportPage(content).text,
                [#"<script type="application/json" id="metrics">"#, #"<script type="module">"#]
            ),
            (TracePage(picture(attack), facts: facts).text, [#"<script type="module">"#]),
            (
                FiguresPage(
                    title: attack, lead: attack, facts: facts, tables: [], answers: answers(attack)
                ).text, [#"<script type="application/json" id="answer-index">"#, #"<script type="module">"#]
            ),
        ] {
            #expect(!page.contains(attack))
            #expect(page.matches(of: /<script[^>]*>/).map { String($0.output) } == scripts)
            #expect(page.contains(HTML.escape(attack)))
        }
    }

    private func answers(_ attack: String) -> AnswerList {
        AnswerList(
            columns: [.init(attack)], gain: attack, harm: attack,
            entries: [
                .init(
                    id: attack, question: attack, expected: attack, categories: [attack: [attack]],
                    answers: [.init(isCorrect: true, text: attack, toolCalls: 1, card: .init(0, of: "tools"))]
                )
            ])
    }

    @Test(arguments: attacks)
    func cardsAreTextInAScript(_ attack: String) throws {
        let script = AnswerCards.script([picture(attack), picture(attack)])
        let start = "document.currentScript.cards = "
        #expect(script.hasPrefix(start) && script.hasSuffix(";\n"))
        let cards = try JSONDecoder().decode(
            [String].self, from: Data(script.dropFirst(start.count).dropLast(2).utf8))
        #expect(cards.count == 2)
        #expect(cards.allSatisfy { !$0.contains(attack) && $0.contains(HTML.escape(attack)) })
    }

    @Test func charactersThatReorderTextAreMadeVisibleInTheDataToo() {
        var content = content()
        content.history = MetricHistory([StepMetrics(step: 1, values: [Metric("a\u{202E}b", 1)])])
        let page = ReportPage(content).text
        #expect(!page.unicodeScalars.contains("\u{202E}") && page.contains("\"a\u{FFFD}b\":[1]"))
    }

    @Test func escapingCoversEveryCharacterWithAMeaning() {
        #expect(HTML.escape("a<b>&\"'") == "a&lt;b&gt;&amp;&quot;&#39;")
    }

    @Test func charactersThatReorderOrEndTextAreMadeVisible() {
        #expect(
            HTML.escape("a\u{202E}b\u{0}c\u{2066}\u{1B}\n\td") == "a\u{FFFD}b\u{FFFD}c\u{FFFD}\u{FFFD}\n\td")
    }

    @Test func attributesAreEscaped() {
        let element = HTML.element("p", ["title": "\"<", "id": nil]) { "x & y" }
        #expect(element.markup == "<p title=\"&quot;&lt;\">x &amp; y</p>")
    }
}
