import Foundation
import Runs
import TestFixtures
import Testing
import Training

/// When each alarm begins and ends, and when it does not.
struct AlarmWatchTests {
    private typealias Change = AlarmWatch.Change

    /// A step by the numbers that matter to a test.
    private func step(_ number: Int, _ values: [String: Double]) -> StepMetrics {
        StepMetrics(step: number, values: values.map { Metric($0.key, $0.value) })
    }

    /// All changes of a run whose steps have one number; nil for a step without it.
    private func changes(
        _ name: String, _ values: [Double?], _ configuration: AlarmConfiguration = AlarmConfiguration()
    ) -> [Change] {
        var watch = AlarmWatch(configuration)
        return values.enumerated().flatMap { index, value in
            watch.take(step(index + 1, value.map { [name: $0] } ?? [:]))
        }
    }

    private func begun(_ changes: [Change]) -> [AlarmRecord] {
        changes.compactMap { if case .began(let record, _) = $0 { record } else { nil } }
    }

    private func ended(_ changes: [Change]) -> [Int] {
        changes.compactMap { if case .ended(_, let step) = $0 { step } else { nil } }
    }

    private func repeated(_ value: Double?, _ count: Int) -> [Double?] {
        Array(repeating: value, count: count)
    }

    // MARK: Tool use

    @Test func aHabitThatIsLostAlarmsOnceAndIsOverWhenItIsBack() throws {
        let rates = repeated(0.4, 10) + repeated(0.05, 15) + repeated(0.4, 12)
        let changes = changes(MetricName.callRate, rates)
        #expect(changes.count == 2)
        let alarm = try #require(begun(changes).first)
        #expect(alarm.alarm == .toolCollapse && alarm.action == .warn)
        #expect(alarm.step == 20 && alarm.value == 0.05 && abs(alarm.threshold - 0.2) < 1e-12)
        #expect(alarm.message.contains("5.0 %") && alarm.message.contains("20.0 %"))
        guard case .began(_, since: 11) = changes[0] else {
            Issue.record("the alarm is not about step 11 on: \(changes)")
            return
        }
        #expect(ended(changes) == [35])
    }

    @Test func aHabitThatDiesInTheFirstStepsHasBeenSeen() {
        let rates: [Double?] = [0.35, 0.3, 0.2, 0.1, 0.05] + repeated(0, 12)
        #expect(begun(changes(MetricName.callRate, rates)).map(\.alarm) == [.toolCollapse])
    }

    @Test func aCollapseIsMeasuredByTheBestThatTheRunHasHad() {
        let learned = (1...60).map { min(1, 0.3 + Double($0) / 50) }
        #expect(begun(changes(MetricName.callRate, learned + repeated(0.35, 12))).count == 1)
        #expect(changes(MetricName.callRate, repeated(0.36, 60) + repeated(0.35, 12)).isEmpty)
    }

    @Test func noisyStepsDoNotAlarm() {
        let rates = (0..<200).map { index -> Double? in index % 10 < 9 && index > 20 ? 0 : 0.9 }
        #expect(changes(MetricName.callRate, rates).isEmpty)
    }

    @Test func aWeakHabitIsNoneToLose() {
        // Of eight trajectories that may call, chance alone lets none call for many steps.
        let rates = (0..<300).map { index -> Double? in index.isMultiple(of: 14) ? 0.125 : 0 }
        #expect(changes(MetricName.callRate, rates).isEmpty)
    }

    @Test func aWeakHabitThatGrowsDoesNotAlarm() {
        let rates = (0..<100).map { index -> Double? in
            0.12 + 0.008 * Double(index) + (index % 2 == 0 ? 0.04 : -0.04)
        }
        #expect(changes(MetricName.callRate, rates).isEmpty)
    }

    @Test func stepsThatOfferNoToolCountNeitherWay() {
        #expect(changes(MetricName.callRate, repeated(nil, 100)).isEmpty)
        // Nine steps are one too few, whatever stands between them.
        let mixed = repeated(0.4, 10) + (0..<18).map { $0.isMultiple(of: 2) ? 0 : nil } + repeated(0.4, 5)
        #expect(changes(MetricName.callRate, mixed).isEmpty)
        #expect(begun(changes(MetricName.callRate, mixed + repeated(0, 10))).count == 1)
    }

    // MARK: Shares of a step

    @Test(arguments: [
        (Alarm.groupsWithoutSignal, MetricName.groupsWithoutSignal, 0.9, 20),
        (.truncated, MetricName.truncated, 0.25, 10), (.unjudged, MetricName.unjudged, 0.1, 5),
        (.failed, MetricName.failed, 0.5, 3),
    ])
    func aShareAlarmsWhenItLasts(alarm: Alarm, name: String, threshold: Double, window: Int) {
        let beyond = threshold + 0.01
        let changes = changes(name, repeated(beyond, window) + repeated(0, window))
        #expect(begun(changes).map(\.alarm) == [alarm])
        #expect(begun(changes).map(\.step) == [window])
        #expect(begun(changes).map(\.threshold) == [threshold])
        #expect(ended(changes) == [2 * window])
        #expect(
            self.changes(name, repeated(beyond, window - 1) + [threshold] + repeated(beyond, window - 1))
                .isEmpty)
        #expect(self.changes(name, repeated(threshold, 100)).isEmpty)
    }

    // MARK: Length and entropy

    @Test func turnsThatGrowAtOnceAlarm() throws {
        let changes = changes(MetricName.turnTokens, repeated(20, 30) + repeated(90, 20))
        let alarm = try #require(begun(changes).first)
        #expect(begun(changes).count == 1 && ended(changes).isEmpty)
        #expect(alarm.alarm == .lengthExplosion && alarm.step == 40 && alarm.threshold == 60)
    }

    @Test func turnsThatGrowAlongWithTheRunDoNot() {
        #expect(changes(MetricName.turnTokens, (1...2000).map { 3 + Double($0) / 5 }).isEmpty)
        #expect(changes(MetricName.turnTokens, repeated(20, 30) + repeated(59, 100)).isEmpty)
    }

    @Test func aPolicyThatNoLongerChoosesAlarms() throws {
        let alarm = try #require(
            begun(changes(MetricName.entropy, repeated(0.8, 10) + repeated(0.01, 10))).first)
        #expect(alarm.alarm == .entropyCollapse && alarm.step == 20)
        #expect(changes(MetricName.entropy, (0..<300).map { 0.8 / (1 + Double($0) / 100) }).isEmpty)
    }

    // MARK: Not a number

    @Test(arguments: [MetricName.loss, MetricName.gradientNorm, MetricName.reward])
    func whatIsNotFiniteAlarms(name: String) throws {
        let healthy = [MetricName.loss: 0.1, MetricName.gradientNorm: 1, MetricName.reward: 0.5]
        var watch = AlarmWatch()
        #expect(watch.take(step(1, healthy)).isEmpty)
        let ill = (2...4).map { step($0, healthy.merging([name: $0 == 3 ? .infinity : .nan]) { $1 }) }
        let alarm = try #require(begun(ill.flatMap { watch.take($0) }).first)
        #expect(alarm.alarm == .notFinite && alarm.action == .stop && alarm.step == 4 && alarm.value == 1)
        #expect(alarm.message.contains(name))
        #expect(watch.earliestAlarmStep == 2)
        #expect((5...7).flatMap { watch.take(step($0, healthy)) } == [.ended(.notFinite, step: 7)])
        #expect(watch.active.isEmpty && watch.earliestAlarmStep == nil)
    }

    @Test func aStepThatTrainedOnNothingProvesNothing() {
        var watch = AlarmWatch()
        let ill = [MetricName.loss: Double.nan]
        let idle = [MetricName.loss: 0.0, MetricName.groupsWithoutSignal: 1]
        let changes = [ill, idle, ill, idle, ill].enumerated().flatMap { watch.take(step($0 + 1, $1)) }
        #expect(begun(changes).map(\.step) == [5])
    }

    @Test func whatIsNotFiniteSpoilsNoOtherMeasure() {
        let rates = repeated(0.4, 10) + [.nan] + repeated(0, 10)
        #expect(begun(changes(MetricName.callRate, rates)).map(\.step) == [21])
    }

    // MARK: Rules

    @Test func anAlarmThatIsOffIsNotWatched() {
        var configuration = AlarmConfiguration()
        configuration.unjudged.action = .off
        #expect(changes(MetricName.unjudged, repeated(1, 50), configuration).isEmpty)
    }

    @Test func thresholdWindowAndActionAreThoseOfTheRule() {
        var configuration = AlarmConfiguration()
        configuration.unjudged = AlarmRule(.pause, threshold: 0.5, window: 1)
        let alarms = begun(changes(MetricName.unjudged, [0.5, 0.6, 0.1, 0.7], configuration))
        #expect(alarms.map(\.step) == [2, 4])
        #expect(alarms.allSatisfy { $0.action == .pause && $0.threshold == 0.5 })
    }

    @Test func alarmsAreWatchedSideBySide() {
        var watch = AlarmWatch()
        for number in 1...5 { _ = watch.take(step(number, [MetricName.unjudged: 1, MetricName.failed: 1])) }
        #expect(watch.active == [.unjudged, .failed])
    }
}

/// The alarms of whole runs.
struct AlarmReplayTests {
    @Test func theDemoRaisesNone() throws {
        var watch = AlarmWatch()
        let steps = try HealthyRun.steps()
        #expect(steps.count == 500)
        #expect(steps.flatMap { watch.take($0) }.isEmpty)
    }

    @Test func theDemoRaisesOneOnceItsCallsAreGone() throws {
        var watch = AlarmWatch()
        let changes = try HealthyRun.steps().flatMap { metrics in
            var metrics = metrics
            if metrics.step > 300 {
                metrics.values = metrics.values.map {
                    $0.name == MetricName.callRate ? Metric($0.name, 0.1) : $0
                }
            }
            return watch.take(metrics)
        }
        guard changes.count == 1, case .began(let record, since: 301) = changes[0] else {
            Issue.record("\(changes)")
            return
        }
        #expect(record.alarm == .toolCollapse && record.step == 310)
    }

    /// What is recorded leads back to the state, so that a resumed run raises what an uninterrupted one does.
    @Test(arguments: [0, 3, 12, 17, 40])
    func recordedStepsLeadBackToTheState(resumedAfter: Int) throws {
        let steps = (1...60).map { number in
            let (wave, share) = (Double(number % 23) / 23, Double(number % 7) / 7)
            return StepMetrics(
                step: number,
                values: [
                    Metric(MetricName.callRate, number > 10 ? wave / 8 : 0.7 + share / 3),
                    Metric(MetricName.turnTokens, number > 30 ? 100 + wave : 20 + share),
                    Metric(MetricName.entropy, number > 15 ? share / 100 : 0.3 + wave),
                    Metric(MetricName.loss, number % 11 > 6 ? .nan : share),
                    Metric(MetricName.unjudged, number % 20 > 10 ? share + 0.11 : 0),
                ])
        }
        var whole = AlarmWatch()
        let expected = steps.flatMap { whole.take($0) }
        #expect(expected.count > 6)

        let temporary = try TemporaryFolder()
        let folder = try RunFolder.create(at: temporary.file("run"), configuration: "")
        for sink in try folder.metricSinks(keepingThrough: nil) {
            for metrics in steps { try sink.record(metrics) }
        }
        var first = AlarmWatch()
        let before = steps.prefix(resumedAfter).flatMap { first.take($0) }
        var resumed = AlarmWatch()
        for metrics in try folder.recordedSteps(through: resumedAfter) { _ = resumed.take(metrics) }
        #expect(resumed.active == first.active && resumed.earliestAlarmStep == first.earliestAlarmStep)
        #expect(before + steps.dropFirst(resumedAfter).flatMap { resumed.take($0) } == expected)
    }
}
