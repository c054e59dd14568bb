import Agent
import Foundation
import Generation
import Imaging
import Models
import Runs
import Tasks
import Torch
package import Training

/// What a base brings to visual search, skill by skill, on held-out scenes, greedy.
package struct SkillScores: Sendable {
    /// Mean IoU of the boxes answered to "Where is …?"; an answer that is no box counts 0.
    package let groundingIoU: Double
    /// Share of close-ups whose bull's-eye is named right.
    package let closeUpAccuracy: Double
    package let relationAccuracy: Double
    package let existenceAccuracy: Double
    /// Share of attribute questions on which the tool is called.
    package let attributeCallRate: Double
    package let attributeAccuracy: Double
    /// Mean IoU of first boxes with the target.
    package let firstBoxIoU: Double

    /// One line a skill.
    package var table: String {
        [
            ("grounding, mean IoU", Readable.fixed(groundingIoU, 3)),
            ("reading a close-up", Readable.fixed(closeUpAccuracy, 3)),
            ("relations", Readable.fixed(relationAccuracy, 3)),
            ("existence", Readable.fixed(existenceAccuracy, 3)),
            ("tool-call rate, attribute", Readable.fixed(attributeCallRate, 3)),
            ("attribute, tool on offer", Readable.fixed(attributeAccuracy, 3)),
            ("first box, mean IoU", Readable.fixed(firstBoxIoU, 3)),
        ].map { $0.0.padding(toLength: 28, withPad: " ", startingAt: 0) + $0.1 }.joined(separator: "\n")
    }
}

/// Measures ``SkillScores`` of the model in a folder.
///
/// Holds tensors, so one thread owns it.
package final class SkillEvaluation {
    private let policyModel: PolicyModel
    private let workers: GenerationWorkers
    private let configuration: TrainingConfiguration

    /// - Parameter configuration: names the model, and the scenes and seed of its evaluation.
    /// - Throws: an error that names the file that cannot be used.
    package init(_ configuration: TrainingConfiguration) throws {
        self.configuration = configuration
        Tensor.setThreadCount(
            configuration.threads > 0 ? configuration.threads : ProcessInfo.processInfo.activeProcessorCount)
        policyModel = try PolicyModel(
            directory: URL(filePath: configuration.model), device: Device(configuration.device))
        workers = policyModel.workers(configuration.workers)
    }

    /// - Parameter onProgress: told which skill is measured next.
    /// - Throws: what scenes or images throw.
    package func run(onProgress: (String) -> Void) throws -> SkillScores {
        func accuracy(_ groups: [TrajectoryGroup]) -> Double {
            mean(groups.map { $0.members[0].reward.isCorrect ? 1 : 0 })
        }
        func groups(_ kind: QuestionKind) throws -> [TrajectoryGroup] {
            onProgress(kind.rawValue)
            return try answered([kind: 1])
        }
        let grounded = try groups(.grounding).map(groundingIoU)
        let closeUps = try groups(.closeUp)
        onProgress("relation")
        let relations = try answered([.leftOf: 1, .above: 1])
        let existence = try groups(.existence)
        let attribute = try groups(.attribute)
        return SkillScores(
            groundingIoU: mean(grounded), closeUpAccuracy: accuracy(closeUps),
            relationAccuracy: accuracy(relations), existenceAccuracy: accuracy(existence),
            attributeCallRate: mean(
                attribute.map { $0.members[0].trajectory.toolCalls.isEmpty ? 0 : 1 }),
            attributeAccuracy: accuracy(attribute),
            firstBoxIoU: mean(
                attribute.compactMap { BoxQuality(of: $0.members[0].trajectory, for: $0.example)?.first }))
    }

    private func answered(_ questions: VisualSearchConfiguration.QuestionWeights) throws -> [TrajectoryGroup]
    {
        var task = configuration.scenes
        task.questions = questions
        let evaluation = HeldOutEvaluation(
            source: try VisualSearch(
                task, seed: configuration.evaluation.seed, split: .test,
                count: configuration.evaluation.scenes),
            format: policyModel.format, tools: [ZoomTool()], rollout: configuration.rollout,
            scorer: GroupScorer(
                reward: configuration.reward, advantage: configuration.advantage, judge: ExactMatchJudge()),
            configuration: configuration.evaluation)
        return try workers.serve { policy in
            try await evaluation.run(by: policy, offersTools: true) { _ in }
        }
    }

    private func groundingIoU(_ group: TrajectoryGroup) throws -> Double {
        let text = group.members[0].trajectory.completions.last ?? ""
        let end = text.lastIndex(of: "}").map { text[...$0] } ?? text[...]
        guard let box = BoxAnswer.box(in: String(end)), let source = group.example.images.first,
            let target = group.example.groundTruthBoxes.first
        else { return 0 }
        let view = try policyModel.format.view(source, region: nil, rotation: .upright)
        let answered = view.originalBox(ofViewed: view.viewedBox(of: box, in: policyModel.format.boxFrame))
        return answered.intersectionOverUnion(with: target)
    }

    private func mean(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }
}
