package import Agent
import JSON

/// Additional reward components that an external program computes.
///
///     → {"id": 7, "question": "…", "expected": "exit", "answer": "Exit.", "kind": "text", "correct": true,
///        "completions": ["<think>…", "…<answer>Exit.</answer>"], "calls": 1, "crops": 1}
///     ← {"id": 7, "components": {"brevity": 0.3}}
///
/// Failures are handled as by ``ProgramJudge``.
package struct ProgramReward: Sendable {
    private let program: LineProgram<[RewardBreakdown.Component]>

    /// - Parameters:
    ///   - command: run by `/bin/sh -c`.
    ///   - weights: the weight of each component that replies must contain; other components are ignored.
    ///   - timeout: timeout for one trajectory.
    package init(command: String, weights: [String: Double], timeout: Duration) {
        program = LineProgram(command: command, name: "the reward program", timeout: timeout) {
            reply throws(Unjudged) in
            var components: [RewardBreakdown.Component] = []
            for (name, weight) in weights.sorted(by: { $0.key < $1.key }) {
                guard let value = reply["components"]?[name]?.number else {
                    throw Unjudged(
                        reason: "a reply of the reward program lacks the component \(name): \(reply.text)")
                }
                components.append(.init(name: name, value: weight * value))
            }
            return components
        }
    }

    /// The weighted components for `trajectory`, in alphabetical order.
    ///
    /// - Throws: ``Unjudged`` if the program gives no valid reply.
    package func components(
        of trajectory: Trajectory, for example: Example, isCorrect: Bool
    ) async throws -> [RewardBreakdown.Component] {
        try await program.reply(to: [
            "question": .string(example.question), "expected": .string(example.answer),
            "answer": trajectory.answer.map(JSONValue.string) ?? .null, "kind": .string(example.kind),
            "correct": .boolean(isCorrect),
            "completions": .array(trajectory.completions.map(JSONValue.string)),
            "calls": .number(trajectory.toolCalls.count),
            "crops": .number(trajectory.toolCalls.count { $0.failure == nil && $0.cut != nil }),
        ])
    }
}
