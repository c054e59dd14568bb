import Foundation
import Reports
import Runs
import TestFixtures
import Testing

private func content(
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
        #expect(!page.contains("<link"))
        #expect(!page.contains("src=\"/"))
        #expect(page.contains("default-src &#39;none&#39;"))
    }

    @Test func thePageStatesTheResult() {
        let page = ReportPage(content()).text
        #expect(page.contains("82.5 %"))
        #expect(page.contains("+62.5 pp"))
        #expect(page.contains("25,600"))
        #expect(page.contains("custom/number"))
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

    @Test func oneStepIsDrawnAsADot() {
        #expect(ReportPage(content(steps: 1)).text.contains("<circle"))
    }
}

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
                        let share = EvaluationMeasurement.Share(items: 1, accuracy: 1, callRate: 1)
                        return EvaluationMeasurement(
                            step: step, offersTools: true, overall: share,
                            kinds: [.init(name: attack, share: share), .init(name: "other", share: share)],
                            callsPerTrajectory: 1, firstBoxIoU: nil, formatErrorRate: 0)
                    })
            ])
        content.history = MetricHistory([
            StepMetrics(step: 1, values: [Metric(attack, 1), Metric("reward/" + attack, 1)])
        ])
        let facts = [ReportContent.Fact(attack, attack)]
        for page in [ReportPage(content).text, TracePage(picture(attack), facts: facts).text] {
            #expect(!page.contains(attack))
            #expect(page.matches(of: /<script/).count == 1)
            #expect(page.contains(HTML.escape(attack)))
        }
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

@Suite struct SmoothingTests {
    @Test func aStraightLineStaysStraight() {
        let line = (0..<200).map { 0.3 + 0.01 * Double($0) }
        for (smooth, exact) in zip(Smoothing.smoothed(line), line) { #expect(abs(smooth - exact) < 1e-9) }
    }

    @Test func noiseIsReduced() {
        let noise = (0..<300).map { $0.isMultiple(of: 2) ? 1.0 : -1.0 }
        #expect(Smoothing.smoothed(noise)[20..<280].allSatisfy { abs($0) < 0.05 })
    }

    @Test func shortSeriesStayAsTheyAre() {
        #expect(Smoothing.smoothed([1, 5, 2]) == [1, 5, 2])
        #expect(Smoothing.smoothed([]).isEmpty)
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
