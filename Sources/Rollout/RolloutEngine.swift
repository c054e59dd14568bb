package import Agent

/// What writes the tokens of rollouts: engines over the weights in this process, or servers beside it.
///
/// The judge, the tools, the reward and the packer never know which engine wrote a token.
package protocol RolloutEngine: AnyObject {
    /// Most tokens a trajectory can have.
    var contextLength: Int { get }

    /// What has been done since the engine was made; may be read on any thread.
    var statistics: RolloutStatistics { get }

    /// Runs `body` as a task of its own, and answers its requests until it has returned.
    ///
    /// Blocks the calling thread, which therefore should not be one of those that run tasks.
    ///
    /// - Throws: what `body` throws.
    func serve<Output: Sendable>(
        during body: @escaping @Sendable (any Policy) async throws -> Output
    ) throws -> Output

    /// Takes over the weights of now; no turn may be under way.
    ///
    /// - Parameter version: of these weights, as it is written into completions.
    /// - Throws: an error if the engine cannot load the weights.
    func publish(version: Int) throws
}
