package import Agent
package import Rollout
import Synchronization
import Torch

/// Engines over the same weights that generate in parallel, each on its own thread.
///
/// Trajectories that are announced together are divided into contiguous shards, one for each engine, so that groups
/// mostly stay together. The number of engines changes only the last bits of results.
///
/// It is confined to the owner of the weights.
package final class InProcessEngine: RolloutEngine {
    private let engines: [GenerationEngine]
    private let policies: [EnginePolicy]

    /// - Parameters:
    ///   - count: the number of engines.
    ///   - makeEngine: creates an engine; all of them must have the same configuration.
    package init(count: Int, _ makeEngine: () -> GenerationEngine) {
        precondition(count > 0, "generation needs a worker")
        engines = (0..<count).map { _ in makeEngine() }
        policies = engines.map { _ in EnginePolicy() }
    }

    /// Maximum length of a trajectory in tokens.
    package var contextLength: Int { engines[0].contextLength }

    package var statistics: RolloutStatistics { readStatistics() }

    /// Reads ``statistics``; may be called on any thread.
    package var readStatistics: @Sendable () -> RolloutStatistics {
        { [policies] in policies.reduce(RolloutStatistics()) { $0 + $1.statistics } }
    }

    /// Runs `body` in a task and serves its requests until it returns.
    ///
    /// Blocks the calling thread, which must not be one of the concurrency pool.
    ///
    /// - Throws: errors of `body`.
    package func serve<Output: Sendable>(
        during body: @escaping @Sendable (any Policy) async throws -> Output
    ) throws -> Output {
        let policies = policies
        let policy: any Policy = policies.count == 1 ? policies[0] : DividedPolicy(among: policies)
        let task = AwaitedTask {
            defer { for policy in policies { policy.pause() } }
            return try await body(policy)
        }
        _ = try inParallel(engines.count) { [engines] in engines[$0].serve(policies[$0]) }
        return try task.wait()
    }

    /// Updates the engines after the model's weights were changed in place; no turn may be in progress.
    package func publish(version: Int) throws {
        for engine in engines { try engine.publish(version: version) }
    }
}

/// Routes each trajectory to the policy that it was assigned to when it was announced.
private final class DividedPolicy: Policy {
    private let policies: [EnginePolicy]
    /// Index of the policy of each announced trajectory.
    private let assignments = Mutex<[TrajectoryID: Int]>([:])

    init(among policies: [EnginePolicy]) { self.policies = policies }

    func begin(_ ids: [TrajectoryID]) async {
        for (index, policy) in policies.enumerated() {
            let shard = ids[ids.count * index / policies.count..<ids.count * (index + 1) / policies.count]
            if shard.isEmpty { continue }
            assignments.withLock { assignments in
                for id in shard { assignments[id] = index }
            }
            await policy.begin(Array(shard))
        }
    }

    func complete(
        _ request: CompletionRequest, onToken: (@Sendable (GeneratedToken) -> Void)?
    ) async throws -> Completion {
        try await policy(of: request.id).complete(request, onToken: onToken)
    }

    func end(_ id: TrajectoryID) async {
        await policy(of: id).end(id)
        assignments.withLock { $0[id] = nil }
    }

    /// The policy of a trajectory; one that was not announced is assigned by its group.
    private func policy(of id: TrajectoryID) -> EnginePolicy {
        policies[assignments.withLock { $0[id] } ?? id.group % policies.count]
    }
}
