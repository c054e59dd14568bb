import Agent

/// Computes what models say about the tokens of a step before the first update: one forward pass for each model that the
/// algorithm asks.
struct TokenScorer {
    let packer: BatchPacker
    let workers: Int
    /// The sampling temperature.
    let temperature: Double
    /// Asked for the policy's own log-probabilities; nil if they are not needed.
    let policy: PassEvaluator?
    /// The reference model; nil without a penalty on the divergence.
    let reference: PassEvaluator?
    /// The critic with its value head; nil without one.
    let critic: (evaluator: PassEvaluator, head: ValueHead)?

    /// Whether any model is asked.
    var isNeeded: Bool { policy != nil || reference != nil || critic != nil }

    /// The groups with the scores of all judged members.
    ///
    /// - Throws: an error of cutting or packing an image.
    func scored(_ groups: [TrajectoryGroup]) throws -> [TrajectoryGroup] {
        let trees = groups.filter { !$0.judged.isEmpty }.map { group in
            PromptTree(
                prompt: group.members[0].trajectory.transcript.segments[0],
                branches: group.judged.map {
                    PromptTree.Branch(
                        segments: Array($0.trajectory.transcript.segments.dropFirst()), weight: 0, id: $0.id)
                })
        }
        let passes = try packer.passes(of: trees, workers: workers)
        var scores: [TrajectoryID: TokenScores] = [:]
        func note(_ results: [[Float]], as part: WritableKeyPath<TokenScores, [Float]>) {
            for (pass, values) in zip(passes, results) {
                var start = 0
                for (id, count) in zip(pass.trajectories, pass.targetCounts) {
                    guard let id else { preconditionFailure("a trajectory without an id") }
                    scores[id, default: TokenScores()][keyPath: part] = Array(values[start..<start + count])
                    start += count
                }
            }
        }
        if let policy {
            note(try policy.logProbabilities(of: passes, temperature: temperature), as: \.policy)
        }
        if let reference {
            note(try reference.logProbabilities(of: passes, temperature: temperature), as: \.reference)
        }
        if let critic { note(try critic.evaluator.values(of: passes, head: critic.head), as: \.values) }
        return groups.map { $0.with(scores) }
    }
}
