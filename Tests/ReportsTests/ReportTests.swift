import Foundation
import Reports
import Runs
import TestFixtures
import Testing

/// What a report is made of.
func content(
    title: String = "Visual search", trajectories: [TrajectoryPicture] = [], steps: Int = 60
) -> ReportContent {
    let history = MetricHistory(
        (0..<steps).map { step in
            StepMetrics(
                step: step + 1,
                values: [
                    Metric(MetricName.reward, Double(step) / 60),
                    Metric(MetricName.reward(component: "tool"), 0.1),
                    Metric(MetricName.accuracy(kind: "attribute"), Double(step) / 120),
                    Metric("custom/number", 3), Metric(MetricName.entropy, 0.7),
                ])
        })
    return ReportContent(
        title: title, figures: .sample, history: history, trajectories: trajectories,
        configuration: "task: visual-search\n", facts: [.init("Model", "nano")])
}

@Suite struct ReportPageTests {
    @Test func theReportIsWrittenIntoTheRun() throws {
        let temporary = try TemporaryFolder()
        let run = try RunFolder.create(at: temporary.url.appending(path: "run"), configuration: "")
        try content().write(to: run)
        #expect(try text(of: run.reportValuesFile) == ReportFigures.sample.json)
        #expect(try text(of: run.reportFile).hasPrefix("<!doctype html>"))
    }

    @Test func thePageLoadsNothing() {
        let page = ReportPage(content(trajectories: [TrajectoryPicture(.sample(step: 1))])).text
        let addresses = page.split(separator: "http").dropFirst().map { "http" + $0.prefix(22) }
        // The one address left names the SVG namespace inside the script.
        #expect(addresses.filter { $0.hasPrefix("http://") || $0.hasPrefix("https://") }.count == 1)
        for reference in page.matches(of: /<(?:link|img|image|script|use)[^>]*? (?:href|src)="([^"]*)"/) {
            #expect(reference.output.1.hasPrefix("data:"))
        }
        #expect(page.matches(of: /<link/).count == 1)
        #expect(!page.contains("@import") && !page.contains("url(") && !page.contains("import "))
        #expect(page.contains("default-src &#39;none&#39;"))
    }

    @Test func thePageStatesTheResult() {
        let page = ReportPage(content()).text
        #expect(page.contains("82.5 %"))
        #expect(page.contains("+62.5 pp"))
        #expect(page.contains("25,600"))
        #expect(page.contains("custom/number"))
    }

    @Test func theHeadlineIsAboutAllQuestions() {
        let page = ReportPage(content()).text
        #expect(
            page.contains(
                "accuracy went from 50\u{A0}% to 50\u{A0}% on 600 questions (the 95\u{A0}% intervals overlap), and on "
                    + "the 200 attribute questions, where it calls tools most, from 20\u{A0}% to 82\u{A0}%."))
        #expect(page.contains("Without tools, the trained model reaches 50\u{A0}%."))
        let tile = page.firstRange(of: "<div class=\"tile\">")
        #expect(tile.map { page[$0.upperBound...].hasPrefix("<h3>All kinds: right answers</h3>") } == true)
    }

    @Test func aKindOfFewQuestionsIsNotInTheHeadline() throws {
        func measurement(_ step: Int, _ accuracy: Double) -> EvaluationMeasurement {
            let few = EvaluationMeasurement.Score(items: 20, accuracy: accuracy, callRate: 1)
            let many = EvaluationMeasurement.Score(items: 580, accuracy: 0.5)
            return EvaluationMeasurement(
                step: step, offersTools: true,
                overall: .init(items: 600, accuracy: accuracy, interval: [accuracy - 0.05, accuracy + 0.05]),
                kinds: [.init(name: "few", score: few), .init(name: "many", score: many)],
                callsPerTrajectory: 1, firstBoxIoU: nil, formatErrorRate: 0)
        }
        let page = try page(of: [measurement(0, 0.2), measurement(9, 0.75)])
        #expect(page.contains("accuracy went from 20\u{A0}% to 75\u{A0}% on 600 questions.</p>"))
    }

    private func page(
        of measurements: [EvaluationMeasurement],
        source: ReportFigures.Evaluation.Source = .benchmark
    ) throws -> String {
        var content = content()
        content.figures = ReportFigures(
            seed: 1, training: .init(steps: 9, seconds: 9, trajectories: 9),
            evaluations: [.init(name: "pope", title: "POPE", source: source, measurements: measurements)])
        return ReportPage(content).text
    }

    @Test func aChangeHasAColourOnlyWhereTheIntervalsPart() throws {
        func measurement(_ step: Int, _ accuracy: Double, formatErrors: Double) -> EvaluationMeasurement {
            EvaluationMeasurement(
                step: step, offersTools: true,
                overall: .init(items: 100, accuracy: accuracy, interval: [accuracy - 0.1, accuracy + 0.1]),
                kinds: [], callsPerTrajectory: 0, firstBoxIoU: nil, formatErrorRate: formatErrors)
        }
        let parted = try page(of: [
            measurement(0, 0.3, formatErrors: 0.1), measurement(9, 0.625, formatErrors: 0.125),
        ])
        #expect(parted.contains("<td class=\"up\">+32.5 pp</td>") && parted.contains("<td>+2.5 pp</td>"))
        #expect(parted.contains("52.5–72.5\u{A0}%") && parted.contains("20.0–40.0\u{A0}%"))
        // The Wilson score interval of 10 in 100.
        #expect(parted.contains("5.5–17.4\u{A0}%"))
        let overlapping = try page(of: [
            measurement(0, 0.5, formatErrors: 0), measurement(9, 0.625, formatErrors: 0.5),
        ])
        #expect(overlapping.contains("<td>+12.5 pp</td>"))
        #expect(overlapping.contains("<td class=\"down\">+50.0 pp</td>"))
        #expect(overlapping.contains("(the 95\u{A0}% intervals overlap)"))
    }

    @Test func questionsAreHeldOutOnlyWhereTheyAre() throws {
        let measurement = EvaluationMeasurement.sample(step: 0, attribute: 0.5, calls: 1)
        #expect(
            try page(of: [measurement], source: .heldOutScenes(500)).contains(
                "500 held-out scenes, 600 questions, the same"))
        #expect(
            try page(of: [measurement], source: .heldOutQuestions).contains(
                "600 held-out questions, the same"))
        let benchmark = try page(of: [measurement])
        #expect(benchmark.contains(">600 questions, the same"))
        #expect(!benchmark.contains("held-out questions"))
    }

    @Test func alarmsAreListedInTheOrderTheyBegan() {
        #expect(!ReportPage(content()).text.contains("id=\"alarms\""))
        var content = content()
        content.alarms = (1...14).map {
            AlarmRecord(
                step: $0, alarm: .unjudged, action: .warn, value: 1, threshold: 0.1, message: "<b> \($0)")
        }
        let page = ReportPage(content).text
        #expect(page.contains("href=\"#alarms\""))
        #expect(page.contains("<dt>Step 1, unjudged</dt><dd>&lt;b&gt; 1</dd>"))
        #expect(page.contains("&lt;b&gt; 12<") && !page.contains("&lt;b&gt; 13<") && page.contains("2 more"))
    }

    @Test func aBoxThatWasNeverCutIsNotANumber() throws {
        let page = ReportPage(content()).text
        let row = try #require(page.firstRange(of: "intersection over union with the ground truth"))
        let end = try #require(page[row.upperBound...].firstRange(of: "</tr>"))
        #expect(page[row.upperBound..<end.lowerBound].contains("<td>–</td>"))
    }

    @Test func everyPictureHasWords() throws {
        let page = ReportPage(content(trajectories: [TrajectoryPicture(.sample(step: 1, callCount: 2))])).text
        for tag in page.matches(of: /<(img|svg)[^>]*>/) {
            let words = tag.output.0
            #expect(
                words.contains("alt=\"") || words.contains("aria-label=\"") || words.contains("aria-hidden"))
        }
        #expect(page.contains("box 1 at [340, 200, 500, 360], overlap with the ground truth 0.39"))
    }

    @Test func picturesCanBeEnlarged() {
        let picture = TrajectoryPicture(.sample(step: 1))
        for page in [
            ReportPage(content(trajectories: [picture])).text,
            ReportPage(content(trajectories: [picture], steps: 0)).text, TracePage(picture).text,
        ] {
            #expect(page.ranges(of: "class EnlargedPicture").count == 1)
            #expect(page.ranges(of: "function make(").count == 1)
            #expect(page.contains("\nenlargePictures();") && page.contains("script-src"))
        }
    }

    @Test func tagsAreBalanced() {
        let pictures = [0, 1, 2].map { TrajectoryPicture(.sample(step: 1, callCount: $0), remark: "remark") }
        let page = ReportPage(content(trajectories: pictures)).text
        for name in [
            "article", "section", "figure", "svg", "g", "ol", "li", "p", "span", "div", "table", "tr", "td",
        ] {
            let opened = page.ranges(of: "<\(name) ").count + page.ranges(of: "<\(name)>").count
            let closed = page.ranges(of: "</\(name)>").count
            #expect(opened == closed, "\(name)")
        }
    }

    @Test func aRunWithoutMetricsOrTrajectoriesStillReports() {
        let page = ReportPage(content(steps: 0)).text
        #expect(page.contains("Held-out scenes"))
        #expect(!page.contains("#trajectories"))
    }

    @Test func withoutMetricsThereIsNothingToDraw() {
        let page = ReportPage(content(steps: 0)).text
        #expect(page.contains("The run recorded no metrics."))
        #expect(!page.contains("<script") && !page.contains("script-src"))
    }
}

/// What the scripts of a report draw from.
@Suite struct ReportDataTests {
    private struct Drawn: Decodable {
        struct Alarm: Decodable {
            let step: Int
            let action: String
            let message: String
        }

        let steps: [Int]
        let columns: [String: [Double?]]
        let alarms: [Alarm]
    }

    private func data(of content: ReportContent) throws -> Drawn {
        let page = ReportPage(content).text
        let opening = try #require(page.firstRange(of: #"<script type="application/json" id="metrics">"#))
        let rest = page[opening.upperBound...]
        let closing = try #require(rest.firstRange(of: "</script>"))
        return try JSONDecoder().decode(Drawn.self, from: Data(rest[..<closing.lowerBound].utf8))
    }

    @Test func everyValueIsInThePage() throws {
        let data = try data(of: content())
        #expect(data.steps == Array(1...60))
        #expect(data.columns.count == 5)
        for (index, value) in (data.columns["reward/total"] ?? []).enumerated() {
            #expect(try abs(#require(value) - Double(index) / 60) < 1e-6)
        }
        #expect(data.columns["custom/number"] == Array(repeating: 3, count: 60))
    }

    @Test func stepsWithoutAValueHaveNone() throws {
        var content = content()
        content.history = MetricHistory([
            StepMetrics(step: 2, values: [Metric("a", 1)]),
            StepMetrics(step: 5, values: [Metric("a", .nan), Metric("b", 1.25e-7)]),
            StepMetrics(step: 9, values: [Metric("a", -3)], performance: [Metric("b", 1e12)]),
        ])
        let data = try data(of: content)
        #expect(data.steps == [2, 5, 9])
        #expect(data.columns["a"] == [1, nil, -3])
        #expect(data.columns["b"] == [nil, 1.25e-7, 1e12])
    }

    @Test func longSeriesAreThinnedOutAndRareValuesKept() throws {
        var content = content()
        content.history = MetricHistory(
            (1...9001).map { step in
                StepMetrics(
                    step: step,
                    values: [Metric("often", Double(step))] + (step % 1000 == 0 ? [Metric("rare", 1)] : []))
            })
        let data = try data(of: content)
        let often = try #require(data.columns["often"]).compactMap(\.self)
        #expect((1000...2000).contains(often.count) && often.last == 9001)
        #expect(data.columns["rare"]?.compactMap(\.self).count == 9)
    }

    @Test func alarmsAreAmongTheData() throws {
        var content = content()
        content.alarms = [
            AlarmRecord(
                step: 7, alarm: .unjudged, action: .pause, value: 1, threshold: 0.1, message: "</script>")
        ]
        let alarm = try #require(try data(of: content).alarms.first)
        #expect(alarm.step == 7 && alarm.action == "pause" && alarm.message == "</script>")
    }

    @Test func readersWithoutScriptsGetFirstAndLastValues() throws {
        let page = ReportPage(content()).text
        let opening = try #require(page.firstRange(of: "<noscript>"))
        let rest = page[opening.upperBound...]
        let table = rest[..<(try #require(rest.firstRange(of: "</noscript>"))).lowerBound]
        #expect(table.contains(#"<th scope="row">reward/total</th><td>0</td><td>0.983</td>"#))
        #expect(table.ranges(of: "<tr>").count == 1 + 5)
    }
}

@Suite struct TracePageTests {
    @Test func theTraceShowsTurnsAndTokens() {
        let page = TracePage(TrajectoryPicture(.sample(step: 1, callCount: 1))).text
        #expect(page.contains("<h1 dir=\"auto\">What colour is the bull&#39;s-eye on the red circle?</h1>"))
        #expect(page.contains("&lt;|image_pad|&gt;×2What?"))
        #expect(page.contains("perplexity 1.22"))
    }

    @Test func picturesThatAreNotAtHandAreLeftOut() {
        let record = TrajectoryRecord.sample(step: 1, callCount: 1)
        let page = TracePage(TrajectoryPicture(record: record, scenes: [], views: [])).text
        #expect(!page.contains("<img"))
        #expect(page.contains("The disc is green."))
    }
}

@Suite struct CompletionTextTests {
    typealias Run = CompletionText.Run

    @Test func tagsAreTakenApart() {
        #expect(
            CompletionText.runs(in: "<think>It is far.</think>\n<tool_call>\n{}\n</tool_call>")
                == [Run(.thought, "It is far."), Run(.call, "{}")])
        #expect(
            CompletionText.runs(in: "So <answer>red</answer><|im_end|>")
                == [Run(.plain, "So"), Run(.answer, "red"), Run(.special(count: 1), "<|im_end|>")])
    }

    @Test func repeatedTokensAreCounted() {
        #expect(
            CompletionText.runs(in: "<|image_pad|><|image_pad|><|image_pad|>")
                == [Run(.special(count: 3), "<|image_pad|>")])
    }

    @Test func whatIsNeverClosedReachesTheEnd() {
        #expect(CompletionText.runs(in: "<answer>red and") == [Run(.answer, "red and")])
    }

    @Test func otherAngleBracketsAreText() {
        #expect(
            CompletionText.runs(in: "a < b <|not a token|> <b>") == [Run(.plain, "a < b <|not a token|> <b>")]
        )
    }
}

@Suite struct AskedQuestionTests {
    @Test func withoutAKnownAnswerNothingIsJudged() {
        var record = TrajectoryRecord.sample(step: 0)
        record.expected = ""
        record.rewards = []
        record.exampleID = "photo.jpg"
        let page = TracePage(TrajectoryPicture(record)).text
        #expect(!page.contains("Wrong") && !page.contains("✓ Right"))
        #expect(!page.contains("Expected"))
        #expect(page.contains("photo.jpg"))
    }
}
