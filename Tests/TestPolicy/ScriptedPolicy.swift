package import Agent
import Synchronization

/// A policy that plays prepared turns, and remembers what it was asked.
package final class ScriptedPolicy: Policy {
    /// One turn: what is written and how it ends.
    package struct Turn {
        package var tokens: [Int32]
        package var finish: FinishReason

        package init(_ text: String, _ finish: FinishReason = .endOfTurn) {
            tokens = text.utf8.map { Int32($0) }
            self.finish = finish
        }

        package static func call(_ json: String) -> Turn {
            Turn("<think>Look.</think>\n<tool_call>\n\(json)\n</tool_call>", .toolCall)
        }

        package static func answer(_ text: String) -> Turn {
            Turn("<think>I see.</think>\n<answer>\(text)</answer>")
        }
    }

    package struct Log {
        package var begun: [[TrajectoryID]] = []
        package var requests: [CompletionRequest] = []
        package var ended: [TrajectoryID] = []
    }

    private let turn: @Sendable (CompletionRequest, Int) async throws -> Turn
    private let log = Mutex(Log())

    /// - Parameter turn: the turn of a request, given the number of turns its trajectory has had.
    package init(_ turn: @escaping @Sendable (CompletionRequest, Int) async throws -> Turn) {
        self.turn = turn
    }

    /// Plays `turns` in every trajectory; the last one again and again.
    package convenience init(_ turns: Turn...) {
        self.init { _, index in turns[min(index, turns.count - 1)] }
    }

    package var calls: Log { log.withLock { $0 } }

    package func begin(_ ids: [TrajectoryID]) async { log.withLock { $0.begun.append(ids) } }

    package func end(_ id: TrajectoryID) async { log.withLock { $0.ended.append(id) } }

    package func complete(
        _ request: CompletionRequest, onToken: (@Sendable (GeneratedToken) -> Void)?
    ) async throws -> Completion {
        log.withLock { $0.requests.append(request) }
        let turnCount = request.transcript.segments.count { $0.kind == .completion }
        let turn = try await turn(request, turnCount)
        let tokens = Array(turn.tokens.prefix(request.maximumTokens))
        for token in tokens {
            // The alternatives to a letter are those that follow it.
            let alternatives = (0..<Int32(request.alternativeCount)).map {
                ScoredToken(token + $0, logProbability: -Float($0))
            }
            onToken?(GeneratedToken(token, logProbability: 0, alternatives: alternatives))
        }
        return Completion(
            tokens: tokens, logProbabilities: tokens.map { _ in -0.5 }, entropies: tokens.map { _ in 0.25 },
            finish: tokens.count < turn.tokens.count ? .length : turn.finish, policyVersion: 3)
    }
}
