import Agent
import Rollout
import Runs
import Tasks
import Testing
import Training

/// What is recorded of a step on whose answers verdicts are missing.
struct StepReportTests {
    /// A group of `right` right answers, worth 0.8, and of answers without a verdict.
    private func group(kind: String = "attribute", right: Int, unjudged: Int) -> TrajectoryGroup {
        SampleGroups.group(
            kind: kind,
            rewards: Array(repeating: 0.8, count: right) + Array(repeating: nil, count: unjudged))
    }

    private func metrics(_ groups: [TrajectoryGroup]) -> StepMetrics {
        StepMetrics(
            step: 1, values: StepReport(groups: groups, outcome: .init(), learningRate: 0).metrics)
    }

    @Test func aFewMissingVerdictsDoNotCount() {
        let metrics = metrics([group(right: 19, unjudged: 1)])
        #expect(abs((metrics[MetricName.reward] ?? 0) - 0.8) < 1e-12)
        #expect(metrics[MetricName.accuracy] == 1)
        #expect(metrics[MetricName.unjudged] == 0.05)
    }

    @Test func manyLeaveAGap() {
        let metrics = metrics([group(right: 18, unjudged: 2)])
        #expect(metrics[MetricName.reward] == nil)
        #expect(metrics[MetricName.reward(component: "accuracy")] == nil)
        #expect(metrics[MetricName.accuracy] == nil)
        #expect(metrics[MetricName.unjudged] == 0.1)
    }

    @Test func aKindOfWhichNoneIsMissingIsRecorded() {
        let metrics = metrics([
            group(right: 1, unjudged: 1), group(kind: "existence", right: 2, unjudged: 0),
        ])
        #expect(metrics[MetricName.accuracy(kind: "attribute")] == nil)
        #expect(metrics[MetricName.accuracy(kind: "existence")] == 1)
    }

    @Test func turnsAreCountedOneByOne() {
        let transcript = Transcript([
            .prompt(tokens: [1]), .completion(tokens: [1, 2, 3]), .observation(tokens: [9, 9]),
            .completion(tokens: [4]),
        ])
        let example = SampleGroups.example()
        let member = SampleGroups.member(
            transcript, completions: ["a", "b"], .success(.none), of: example)
        let metrics = metrics([TrajectoryGroup(example: example, index: 0, members: [member])])
        #expect(metrics[MetricName.completionTokens] == 4)
        #expect(metrics[MetricName.turnTokens] == 2)
    }
}
