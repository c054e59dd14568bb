import Agent
import CounterRandom
import Foundation
import Generation
import Imaging
package import Models
import Rollout
import Runs
import Tasks
import Torch
import Training

/// Visual-search skills of a model on held-out scenes, with greedy decoding.
package struct SkillScores: Sendable {
    /// Mean IoU of the boxes answered to "Where is …?"; an answer without a box counts as 0.
    package let groundingIoU: Double
    /// Fraction of close-ups whose bull's-eye colour is named correctly.
    package let closeUpAccuracy: Double
    package let relationAccuracy: Double
    package let existenceAccuracy: Double
    /// Fraction of attribute questions with a tool call.
    package let attributeCallRate: Double
    package let attributeAccuracy: Double
    /// Mean IoU of first boxes with the target.
    package let firstBoxIoU: Double
    /// Accuracy on questions that need several looks, with the tool offered.
    package let compareAccuracy: Double
    package let oddOneOutAccuracy: Double
    package let searchAccuracy: Double
    package let confirmAccuracy: Double

    /// A table with one line per skill.
    package var table: String {
        [
            ("grounding, mean IoU", Readable.fixed(groundingIoU, 3)),
            ("reading a close-up", Readable.fixed(closeUpAccuracy, 3)),
            ("relations", Readable.fixed(relationAccuracy, 3)),
            ("existence", Readable.fixed(existenceAccuracy, 3)),
            ("tool-call rate, attribute", Readable.fixed(attributeCallRate, 3)),
            ("attribute, tool offered", Readable.fixed(attributeAccuracy, 3)),
            ("first box, mean IoU", Readable.fixed(firstBoxIoU, 3)),
            ("compare, tool offered", Readable.fixed(compareAccuracy, 3)),
            ("odd one out, tool offered", Readable.fixed(oddOneOutAccuracy, 3)),
            ("search, tool offered", Readable.fixed(searchAccuracy, 3)),
            ("confirm, tool offered", Readable.fixed(confirmAccuracy, 3)),
        ].map { $0.0.padding(toLength: 28, withPad: " ", startingAt: 0) + $0.1 }.joined(separator: "\n")
    }
}

/// Measures ``SkillScores`` of the model in a folder.
///
/// Owns tensors, so only one thread may use it.
package final class SkillEvaluation {
    private let policyModel: PolicyModel
    private let engine: any RolloutEngine
    private let sceneCount: Int

    private static let sampling = Sampling(temperature: 0, maximumTokens: 80)
    private static let limits = AgentLimits(toolCalls: 2, completionTokens: 160, contextTokens: 640)
    /// For questions that need several looks.
    private static let longLimits = AgentLimits(toolCalls: 5, completionTokens: 360, contextTokens: 1000)
    private static let concurrency = 128

    /// - Parameters:
    ///   - model: folder of the model.
    ///   - sceneCount: the number of scenes per skill.
    ///   - storage: precision and device of the weights.
    /// - Throws: an error that names the invalid file.
    package init(
        model: String, sceneCount: Int, storage: ParameterStorage = ParameterStorage()
    ) throws {
        self.sceneCount = sceneCount
        Tensor.setThreadCount(ProcessInfo.processInfo.activeProcessorCount)
        policyModel = try PolicyModel(
            directory: ModelDirectory.folder(at: model), storage: storage)
        engine = try policyModel.workers()
    }

    /// - Parameter onProgress: called with the name of the skill that is measured next.
    /// - Throws: errors of scenes and images.
    package func run(onProgress: (String) -> Void) throws -> SkillScores {
        func answers(_ kind: QuestionKind) throws -> [Answer] {
            onProgress(kind.rawValue)
            let limits = QuestionKind.severalLooks.contains(kind) ? Self.longLimits : Self.limits
            return try answered([kind: 1], limits: limits)
        }
        func accuracy(_ answers: [Answer]) -> Double { mean(answers.map { $0.isCorrect ? 1 : 0 }) }
        let grounded = try answers(.grounding).map(\.groundingIoU)
        let closeUps = try answers(.closeUp)
        onProgress("relation")
        let relations = try answered([.leftOf: 1, .above: 1], limits: Self.limits)
        let existence = try answers(.existence)
        let attribute = try answers(.attribute)
        return SkillScores(
            groundingIoU: mean(grounded), closeUpAccuracy: accuracy(closeUps),
            relationAccuracy: accuracy(relations), existenceAccuracy: accuracy(existence),
            attributeCallRate: mean(attribute.map { $0.record.calls.isEmpty ? 0 : 1 }),
            attributeAccuracy: accuracy(attribute),
            firstBoxIoU: mean(attribute.compactMap(\.record.firstBoxIoU)),
            compareAccuracy: accuracy(try answers(.compare)),
            oddOneOutAccuracy: accuracy(try answers(.oddOneOut)),
            searchAccuracy: accuracy(try answers(.search)),
            confirmAccuracy: accuracy(try answers(.confirm)))
    }

    private struct Answer: Sendable {
        let record: TrajectoryRecord
        let isCorrect: Bool
        /// IoU of the answered box; 0 if there is none.
        let groundingIoU: Double
    }

    private func answered(
        _ questions: VisualSearchConfiguration.QuestionWeights, limits: AgentLimits
    ) throws -> [Answer] {
        var task = VisualSearchConfiguration()
        task.questions = questions
        let scenes = EvaluationPlan.Scenes()
        let source = try VisualSearch(task, seed: scenes.seed, split: .test, count: sceneCount)
        let (format, sceneCount) = (policyModel.format, sceneCount)
        let scorer = TrajectoryScorer(reward: Reward(), judge: ExactMatchJudge())
        return try engine.serve { policy in
            let runner = RolloutRunner(
                policy: policy, format: format, tools: ToolBox([ZoomTool()]), limits: limits)
            let purpose = RolloutPurpose(.evaluation("skills"), step: 0, seed: scenes.seed)
            var answers: [Answer] = []
            for start in stride(from: 0, to: sceneCount, by: Self.concurrency) {
                let requests = (start..<min(start + Self.concurrency, sceneCount)).map { index in
                    RolloutRequest(
                        source.example(at: index), at: index, recordID: TrajectoryID(group: index, sample: 0),
                        sampling: Self.sampling, random: CounterRandom(seed: scenes.seed, UInt64(index)))
                }
                answers += try await runner.run(requests) { rollout in
                    let reward = try await scorer.outcome(of: rollout).get()
                    return Answer(
                        record: runner.record(rollout, reward: reward, for: purpose),
                        isCorrect: reward.isCorrect,
                        groundingIoU: try Self.groundingIoU(of: rollout, in: format))
                }
            }
            return answers
        }
    }

    private static func groundingIoU(of rollout: Rollout, in format: any ChatFormat) throws -> Double {
        let text = rollout.trajectory.completions.last ?? ""
        let end = text.lastIndex(of: "}").map { text[...$0] } ?? text[...]
        let example = rollout.request.example
        guard let box = BoxAnswer.box(in: String(end)), let source = example.images.first,
            let target = example.groundTruthBoxes.first
        else { return 0 }
        return try format.originalBox(box, in: source).intersectionOverUnion(with: target)
    }

    private func mean(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }
}
