package import Agent
package import Rollout
import Synchronization
import Torch

/// Engines over the same weights that answer side by side, each on a thread of its own (`inParallel`).
///
/// Trajectories that are announced together are divided among them in runs of neighbours, so that groups stay together
/// where there are enough of them. What is returned depends on the number of workers in the last bits only.
///
/// The owner of the weights calls it, as it calls the model.
package final class InProcessEngine: RolloutEngine {
    private let engines: [GenerationEngine]
    private let policies: [EnginePolicy]

    /// - Parameters:
    ///   - count: how many engines there are.
    ///   - makeEngine: makes one of them, all of which must be alike.
    package init(count: Int, _ makeEngine: () -> GenerationEngine) {
        precondition(count > 0, "generation needs a worker")
        engines = (0..<count).map { _ in makeEngine() }
        policies = engines.map { _ in EnginePolicy() }
    }

    /// Most tokens a trajectory can have.
    package var contextLength: Int { engines[0].contextLength }

    package var statistics: RolloutStatistics { readStatistics() }

    /// Reads ``statistics``, on any thread.
    package var readStatistics: @Sendable () -> RolloutStatistics {
        { [policies] in policies.reduce(RolloutStatistics()) { $0 + $1.statistics } }
    }

    /// Runs `body` as a task of its own, and answers its requests until it has returned.
    ///
    /// Blocks the calling thread, which therefore should not be one of those that run tasks.
    ///
    /// - Throws: what `body` throws.
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

    /// Says that the weights, which are the model's own, were changed in place; no turn may be under way.
    package func publish(version: Int) throws {
        for engine in engines { try engine.publish(version: version) }
    }
}

/// Passes each trajectory to the policy that it was given to when it was announced.
private final class DividedPolicy: Policy {
    private let policies: [EnginePolicy]
    private let places = Mutex<[TrajectoryID: Int]>([:])

    init(among policies: [EnginePolicy]) { self.policies = policies }

    func begin(_ ids: [TrajectoryID]) async {
        for (index, policy) in policies.enumerated() {
            let share = ids[ids.count * index / policies.count..<ids.count * (index + 1) / policies.count]
            if share.isEmpty { continue }
            places.withLock { places in
                for id in share { places[id] = index }
            }
            await policy.begin(Array(share))
        }
    }

    func complete(
        _ request: CompletionRequest, onToken: (@Sendable (GeneratedToken) -> Void)?
    ) async throws -> Completion {
        try await policy(of: request.id).complete(request, onToken: onToken)
    }

    func end(_ id: TrajectoryID) async {
        await policy(of: id).end(id)
        places.withLock { $0[id] = nil }
    }

    /// One that was not announced goes by its group.
    private func policy(of id: TrajectoryID) -> EnginePolicy {
        policies[places.withLock { $0[id] } ?? id.group % policies.count]
    }
}
