package import Agent
import CounterRandom
import Foundation
import Generation
package import Models
import Rollout
package import Tasks
import Torch

/// How the distributions of one model differ from those of the same model in another precision.
///
/// The reference answers examples greedily, with tools. Then both models compute the distribution of every token of the answers.
package struct PrecisionComparison: Sendable {
    private let source: any ExampleSource
    private let tools: ToolBox
    private let maximumTokens: Int

    /// - Parameters:
    ///   - source: the examples.
    ///   - tools: the tools to offer.
    ///   - maximumTokens: maximum tokens per turn.
    package init(of source: any ExampleSource, tools: ToolBox, maximumTokens: Int) {
        self.source = source
        self.tools = tools
        self.maximumTokens = maximumTokens
    }

    package struct Difference: Sendable {
        /// Tokens whose distributions were compared.
        package fileprivate(set) var tokenCount = 0
        fileprivate var divergenceSum = 0.0
        fileprivate var agreeingCount = 0
        /// The largest divergence of a token, in nats.
        package fileprivate(set) var largestDivergence = 0.0

        /// KL(reference ‖ other) in nats, mean over tokens.
        package var divergence: Double { divergenceSum / Double(max(1, tokenCount)) }
        /// Fraction of tokens for which both find the same one most likely.
        package var agreement: Double { Double(agreeingCount) / Double(max(1, tokenCount)) }
    }

    /// Compares on the first `count` examples, on this thread.
    ///
    /// - Throws: ``QuestionError`` if a trajectory failed.
    package func difference(
        of other: PolicyModel, from reference: PolicyModel, count: Int
    ) throws -> Difference {
        let format = reference.format
        let trajectories = try reference.workers().serve { [self] policy in
            let runner = RolloutRunner(policy: policy, format: format, tools: tools, limits: AgentLimits())
            var requests: [RolloutRequest] = []
            for index in 0..<count { requests.append(try await request(index)) }
            return try await runner.run(requests) { $0.trajectory }
        }
        var difference = Difference()
        for trajectory in trajectories {
            if case .failed(let reason) = trajectory.finish { throw QuestionError(description: reason) }
            try compare(trajectory.transcript, reference, other, &difference)
        }
        return difference
    }

    private func request(_ index: Int) async throws -> RolloutRequest {
        RolloutRequest(
            try await source.example(at: index), at: index,
            recordID: TrajectoryID(group: index, sample: 0),
            sampling: Sampling(temperature: 0, maximumTokens: maximumTokens),
            random: CounterRandom(seed: 0, UInt64(index)))
    }

    private func compare(
        _ transcript: Transcript, _ reference: PolicyModel, _ other: PolicyModel,
        _ difference: inout Difference
    ) throws {
        var batch = PackedBatch(for: reference.model.shape)
        let images = try reference.processor.patches(of: transcript.images).map { try $0.get() }
        try batch.append(transcript.tokens, images: images)
        // The token before each sampled one predicts it.
        let rows = transcript.lossMask.indices.filter { transcript.lossMask[$0] }.map { Int64($0 - 1) }
        guard !rows.isEmpty else { return }
        let bias = reference.rules.bias()
        func logProbabilities(_ model: any VisionLanguageModel) -> Tensor {
            let hidden = model.hiddenStates(of: batch).indexSelect(0, Tensor(rows))
            return (model.logits(hidden).to(.float32) + bias).logSoftmax(dim: 1)  // [row, vocabulary]
        }
        withoutGradient {
            let (expected, actual) = (logProbabilities(reference.model), logProbabilities(other.model))
            // Forbidden tokens have probability 0 in both.
            let terms = expected.exp() * (expected.maximum(-1e30) - actual.maximum(-1e30))
            let divergences = terms.sum(dims: [1]).values(as: Double.self)
            difference.tokenCount += rows.count
            difference.divergenceSum += divergences.reduce(0, +)
            difference.largestDivergence = max(difference.largestDivergence, divergences.max() ?? 0)
            for row in rows.indices where Self.mostLikely(expected, row) == Self.mostLikely(actual, row) {
                difference.agreeingCount += 1
            }
        }
    }

    private static func mostLikely(_ logProbabilities: Tensor, _ row: Int) -> Int? {
        let values = logProbabilities.select(0, row).values(as: Float.self)
        return values.indices.max { values[$0] < values[$1] }
    }
}
