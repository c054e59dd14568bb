package import Agent

/// Generates the completions of rollouts: with the weights in this process, or on remote servers.
///
/// Judge, tools, reward and packer do not depend on which engine generated a token.
package protocol RolloutEngine: AnyObject {
    /// Maximum length of a trajectory in tokens.
    var contextLength: Int { get }

    /// Statistics since the engine was created; may be read on any thread.
    var statistics: RolloutStatistics { get }

    /// Runs `body` in a task and serves its requests until it returns.
    ///
    /// Blocks the calling thread, which must not be one of the concurrency pool.
    ///
    /// - Throws: errors of `body`.
    func serve<Output: Sendable>(
        during body: @escaping @Sendable (any Policy) async throws -> Output
    ) throws -> Output

    /// Updates the engine to the current weights; no turn may be in progress.
    ///
    /// - Parameter version: the version of these weights, recorded in completions.
    /// - Throws: an error if the engine cannot load the weights.
    func publish(version: Int) throws
}
