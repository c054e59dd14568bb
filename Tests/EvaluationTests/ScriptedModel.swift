import Agent
import Evaluation
import Foundation
import Imaging
import Rollout
import Synchronization
import Tasks
import TestPolicy

/// Says what a script says to each question, and remembers what it was asked.
final class ScriptedModel: ExampleRollouts {
    let format: any ChatFormat = ByteFormat(boxFrame: .original)
    private let completion: @Sendable (RolloutRequest) -> String
    private let asked = Mutex<[RolloutRequest]>([])

    init(_ completion: @escaping @Sendable (RolloutRequest) -> String) { self.completion = completion }

    var requests: [RolloutRequest] { asked.withLock { $0 } }

    func run<Result: Sendable>(
        _ requests: [RolloutRequest], onEnd: @escaping @Sendable (Rollout) async throws -> Result
    ) async throws -> [Result] {
        asked.withLock { $0 += requests }
        var results: [Result] = []
        for request in requests {
            let text = completion(request)
            let trajectory = Trajectory(
                id: request.recordID,
                transcript: Transcript([.prompt(tokens: [1]), .completion(tokens: ByteFormat.bytes(text))]),
                completions: [text], toolCalls: [], finish: .answered)
            results.append(try await onEnd(Rollout(request: request, trajectory: trajectory)))
        }
        return results
    }
}

/// A stop after so many batches.
func stopping(after batches: Int) -> @Sendable () -> Bool {
    let left = Counter(batches)
    return { left.isUsedUp() }
}

private final class Counter: Sendable {
    private let left: Mutex<Int>

    init(_ count: Int) { left = Mutex(count) }

    func isUsedUp() -> Bool {
        left.withLock { left in
            left -= 1
            return left < 0
        }
    }
}
