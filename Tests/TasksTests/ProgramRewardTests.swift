import Foundation
import Tasks
import TestFixtures
import Testing

/// Components that a program pays.
@Suite(.serialized) struct ProgramRewardTests {
    /// The components of a right answer, where the program replies with `reply`.
    private func components(_ reply: String, weights: [String: Double]) async throws -> [String: Double] {
        let script = """
            import json, sys
            for line in sys.stdin:
                request = json.loads(line)
                print(json.dumps({"id": request["id"], "components": \(reply)}), flush=True)
            """
        let folder = try TemporaryFolder()
        let file = try folder.write(script, to: "reward.py")
        let reward = ProgramReward(
            command: "python3 \(file.path)", weights: weights, timeout: .seconds(20))
        let paid = try await reward.components(
            of: trajectory("<answer>red</answer>"), for: example(answer: "red"), isCorrect: true)
        return Dictionary(uniqueKeysWithValues: paid.map { ($0.name, $0.value) })
    }

    @Test func componentsAreWeighted() async throws {
        let paid = try await components(
            #"{"brevity": 0.5, "style": 2}"#, weights: ["brevity": 0.5, "style": -1])
        #expect(paid == ["brevity": 0.25, "style": -2])
    }

    @Test func componentsWithoutAWeightArePassedOver() async throws {
        let paid = try await components(#"{"brevity": 0.5, "style": 2}"#, weights: ["brevity": 1])
        #expect(paid == ["brevity": 0.5])
    }

    @Test func theProgramSeesTheTrajectory() async throws {
        let reply = """
            {"a": int(request["correct"]), "b": len(request["completions"]), "c": int(request["answer"] == "red")}
            """
        #expect(try await components(reply, weights: ["a": 1, "b": 1, "c": 1]) == ["a": 1, "b": 1, "c": 1])
    }

    @Test(arguments: [#"{"style": 1}"#, #"{"brevity": "much"}"#, "None"])
    func aReplyThatLacksAComponentLeavesTheTrajectoryUnjudged(reply: String) async {
        await #expect(throws: Unjudged.self) { try await components(reply, weights: ["brevity": 1]) }
    }
}
