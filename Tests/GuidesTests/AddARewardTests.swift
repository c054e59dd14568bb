import Agent
import CounterRandom
import Imaging
import Rollout
import Tasks
import TestPolicy
import Testing

// example:begin
extension Reward {
    /// What crops cost that show what an earlier crop of the same image has shown: `weight` if all do.
    static func repeats(in trajectory: Trajectory, weight: Double) -> RewardBreakdown.Component {
        let cuts = trajectory.toolCalls.compactMap(\.cut)
        let repeats = cuts.indices.filter { index in
            cuts[..<index].contains { earlier in
                earlier.root == cuts[index].root
                    && earlier.original.intersectionOverUnion(with: cuts[index].original) > 0.5
            }
        }
        let fraction = Double(repeats.count) / Double(max(cuts.count, 1))
        return .init(name: "repeats", value: repeats.isEmpty ? 0 : -weight * fraction)
    }
}
// example:end

@Suite struct AddARewardTests {
    private static let first = #"{"bbox_2d": [34, 20, 50, 36]}"#
    /// Of 17 columns that either has, 15 are in both.
    private static let nearby = #"{"bbox_2d": [35, 20, 51, 36]}"#
    private static let elsewhere = #"{"bbox_2d": [60, 60, 76, 76]}"#
    private static let otherImage = #"{"bbox_2d": [34, 20, 50, 36], "image": 2}"#
    private static let failing = #"{"bbox_2d": [50, 36, 34, 20]}"#

    private let example = Example(
        id: "e", messages: [.question("What colour is it?", imageCount: 2)],
        images: [BlankImage(1120, 1120), BlankImage(1120, 1120)], answer: "red", kind: "text",
        tools: [ZoomTool.name])

    /// A trajectory with these crops and the right answer.
    private func trajectory(_ crops: [String]) async throws -> Trajectory {
        let policy = ScriptedPolicy { _, index in
            guard index < crops.count else { return .answer("red") }
            return .call(#"{"name": "image_zoom_in_tool", "arguments": \#(crops[index])}"#)
        }
        let runner = RolloutRunner(
            policy: policy, format: ByteFormat(), tools: .standard, limits: AgentLimits())
        let request = RolloutRequest(
            example, at: 0, recordID: TrajectoryID(group: 0, sample: 0), sampling: Sampling(),
            random: CounterRandom(seed: 1))
        return try await runner.run([request]) { $0.trajectory }[0]
    }

    // MARK: The page

    @Test func thePageShowsTheExample() throws { try Guide("AddAReward").expectExample() }

    @Test func itsChangesFitTheSources() throws { try Guide("AddAReward").expectChanges(fitting: 3) }

    // MARK: The reward

    @Test(
        arguments: [
            ([], 0), ([first], 0), ([first, elsewhere], 0), ([first, nearby], -0.5), ([first, first], -0.5),
            ([first, elsewhere, nearby, first], -0.5), ([first, failing], 0), ([first, otherImage], 0),
        ] as [([String], Double)])
    func itCostsTheFractionOfCropsThatRepeat(crops: [String], expected: Double) async throws {
        let component = Reward.repeats(in: try await trajectory(crops), weight: 1)
        #expect(component.value == expected)
    }

    /// 0.8 for the answer, 1.2 for the crop, and half the weight off.
    @Test func itIsAComponentOfTheReward() async throws {
        let trajectory = try await trajectory([Self.first, Self.nearby])
        let outcome = try await Reward().breakdown(of: trajectory, for: example, by: ExactMatchJudge())
        let paid = outcome.adding([Reward.repeats(in: trajectory, weight: 0.5)])
        #expect(paid.components.map(\.name) == ["accuracy", "format", "tool", "repeats"])
        #expect(paid["repeats"] == -0.25)
        #expect(paid.total == 1.75)
    }
}
