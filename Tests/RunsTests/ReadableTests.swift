import Runs
import Testing

@Suite struct ReadableTests {
    @Test(arguments: [
        (0.0, "0 s"), (0.034, "0.03 s"), (0.9996, "1.0 s"), (7.25, "7.2 s"), (9.96, "10 s"), (59.4, "59 s"),
        (60, "1 min"), (95, "1 min 35 s"), (599.7, "10 min"), (3599, "1 h 00 min"), (11_100, "3 h 05 min"),
        (187_200, "2 d 4 h"), (.infinity, "–"),
    ])
    func durations(_ seconds: Double, _ text: String) {
        #expect(Readable.seconds(seconds) == text)
    }

    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567")])
    func counts(_ count: Int, _ text: String) {
        #expect(Readable.count(count) == text)
    }

    @Test(arguments: [(840.0, "840"), (25_600, "25.6k"), (1_400_000, "1.4M"), (999.6, "1.0k")])
    func shortCounts(_ count: Double, _ text: String) {
        #expect(Readable.shortCount(count) == text)
    }

    @Test(arguments: [
        (0.0, "0"), (12_345, "12.3k"), (432.1, "432"), (43.21, "43.2"), (4.321, "4.32"), (0.4321, "0.432"),
        (0.000_12, "1.2e-4"), (1e-6, "1e-6"), (-0.5, "-0.500"), (.nan, "–"),
    ])
    func numbers(_ value: Double, _ text: String) {
        #expect(Readable.number(value) == text)
    }

    @Test func percentages() {
        #expect(Readable.percent(0.714) == "71 %")
        #expect(Readable.percent(0.714, decimals: 1) == "71.4 %")
        #expect(Readable.percent(-0.0001) == "0 %")
    }
}

@Suite struct ProgressReporterTests {
    @Test func nothingIsForetoldBeforeTheFirstPiece() {
        let progress = ProgressReporter(total: 400)
        #expect(progress.remaining == nil)
        #expect(progress.text == "0/400 · 0 %")
    }

    @Test func aSteadyPaceIsCarriedOn() {
        var progress = ProgressReporter(total: 400)
        for step in 1...100 { progress.advance(to: step, elapsed: .seconds(2 * step)) }
        #expect(progress.text == "100/400 · 25 % · 10 min left")
    }

    @Test func piecesDoneBeforeAResumeDoNotCountForThePace() {
        var progress = ProgressReporter(total: 400, completed: 300)
        progress.advance(to: 310, elapsed: .seconds(20))
        #expect(progress.remaining == .seconds(180))
    }

    @Test func aChangeOfPaceIsFollowed() throws {
        var progress = ProgressReporter(total: 1000)
        for step in 1...100 { progress.advance(to: step, elapsed: .seconds(step)) }
        for step in 101...200 { progress.advance(to: step, elapsed: .seconds(100 + 5 * (step - 100))) }
        let pace = try #require(progress.secondsPerPiece)
        #expect(pace > 4.5)
    }

    @Test func theEndIsDone() {
        var progress = ProgressReporter(total: 2)
        progress.advance(to: 2, elapsed: .seconds(1))
        #expect(progress.text == "2/2 · 100 % · done")
        #expect(progress.bar(width: 6).done == "━━━━━━")
        #expect(progress.bar(width: 6).rest.isEmpty)
    }

    @Test func theBarKeepsItsWidth() {
        for completed in 0...40 {
            let bar = ProgressReporter(total: 40, completed: completed).bar(width: 13)
            #expect(bar.done.count + bar.rest.count == 13)
        }
    }
}
