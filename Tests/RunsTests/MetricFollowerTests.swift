import Foundation
import Runs
import TestFixtures
import Testing

@Suite struct MetricFollowerTests {
    private let temporary: TemporaryFolder
    private let run: RunFolder
    private let follower: MetricFollower

    init() throws {
        temporary = try TemporaryFolder()
        run = try RunFolder.create(at: temporary.file("run"), configuration: "seed: 1\n")
        follower = MetricFollower(run)
    }

    private func write(_ steps: ClosedRange<Int>, value: Double = 1, to url: URL) throws {
        let lines = steps.map { MetricLines.line(step: $0, [Metric(url.lastPathComponent, value)]) }
        try Data(lines.joined().utf8).write(to: url)
    }

    private func append(_ text: String, to url: URL) throws {
        let handle = try FileHandle(forWritingTo: url)
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    @Test func nothingIsThereYet() throws {
        #expect(try follower.look().steps.isEmpty)
        try write(1...2, to: run.metricsFile)
        #expect(try follower.look().steps == [1, 2])
        #expect(try follower.look().version == 0)
    }

    @Test func linesAreReadWhenTheyAreWhole() throws {
        try write(1...2, to: run.metricsFile)
        try append(#"{"step":3,"rew"#, to: run.metricsFile)
        #expect(try follower.look().steps == [1, 2])
        try append(#"ard":0.5}"# + "\n", to: run.metricsFile)
        #expect(try follower.look().values[3] == ["reward": 0.5])
    }

    @Test func bothFilesMakeAStep() throws {
        try write(1...3, to: run.metricsFile)
        try write(1...2, to: run.performanceFile)
        #expect(try follower.look().values[3]?.count == 1)
        try write(1...3, to: run.performanceFile)
        let steps = try follower.look()
        #expect(steps.values[3]?.count == 2)
        #expect(steps.version == 0)
    }

    @Test(arguments: [1...2, 1...5, 1...9]) func aResumedRunIsReadAnew(steps: ClosedRange<Int>) throws {
        try write(1...5, to: run.metricsFile)
        _ = try follower.look()
        try write(steps, value: 2, to: run.metricsFile)
        let anew = try follower.look()
        #expect(anew.version == 1)
        #expect(anew.steps == Array(steps))
        #expect(anew.values[2] == ["metrics.jsonl": 2])
    }

    @Test func linesThatAreNoMetricsAreLeftOut() throws {
        try Data("nonsense\n[1]\n{\"step\":null}\n{\"step\":4,\"a\":null,\"b\":2}\n".utf8).write(
            to: run.metricsFile)
        let steps = try follower.look()
        #expect(steps.steps == [4])
        #expect(steps.values[4] == ["b": 2])
    }
}
