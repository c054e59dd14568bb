import Agent
package import Foundation
import Models
import Tasks
import Torch
import Training

/// Trains the nano base model from random weights, stage by stage.
///
/// Each stage writes a checkpoint under its name; stages with an existing checkpoint are skipped.
package final class NanoBaseTrainer {
    /// The result of a step.
    package struct Step: Sendable {
        package let stage: String
        /// 1-based index within the stage.
        package let index: Int
        /// Number of steps of the stage.
        package let count: Int
        /// Mean negative log-likelihood of the answers' tokens.
        package let answerLoss: Double
        package let denseLoss: Double
        package let boxLoss: Double
        package let gradientNorm: Double
    }

    private let configuration: NanoBaseConfiguration
    private let folder: URL
    private let start: URL?

    /// - Parameters:
    ///   - configuration: the recipe.
    ///   - folder: the folder for the stages' checkpoints.
    ///   - start: the checkpoint to start from; nil for random weights.
    package init(_ configuration: NanoBaseConfiguration, folder: URL, from start: URL? = nil) {
        self.configuration = configuration
        self.folder = folder
        self.start = start
        Tensor.setThreadCount(
            configuration.threads > 0 ? configuration.threads : ProcessInfo.processInfo.activeProcessorCount)
    }

    /// The number of steps of the remaining stages.
    package var remainingStepCount: Int {
        configuration.stages.reduce(0) { $0 + (exists(checkpoint(of: $1.name)) ? 0 : $1.stage.steps) }
    }

    /// Runs the remaining stages; stops after a step if `shouldStop` returns true. A stopped stage starts over in the next run.
    ///
    /// - Returns: the checkpoint of the last stage; nil if stopped.
    /// - Throws: an error that names the invalid file or value.
    package func run(onStep: (Step) -> Void, shouldStop: () -> Bool) throws -> URL? {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var checkpoint = start ?? self.checkpoint(of: "fresh")
        if start == nil, !exists(checkpoint) {
            try NanoArchitecture.write(to: checkpoint, task: configuration.task, seed: configuration.seed)
        }
        for (number, (name, stage)) in configuration.stages.enumerated() {
            let next = self.checkpoint(of: name)
            if !exists(next) {
                let policyModel = try PolicyModel(directory: checkpoint)
                let isDone = try teach(
                    policyModel, name, stage, number: number, onStep: onStep, shouldStop: shouldStop)
                guard isDone else { return nil }
                try policyModel.save(to: next)
            }
            checkpoint = next
        }
        return checkpoint
    }

    private func checkpoint(of stage: String) -> URL {
        folder.appending(path: stage, directoryHint: .isDirectory)
    }

    private func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }

    /// - Returns: whether the stage was completed.
    private func teach(
        _ policyModel: PolicyModel, _ name: String, _ stage: LessonStage, number: Int,
        onStep: (Step) -> Void, shouldStop: () -> Bool
    ) throws -> Bool {
        var configuration = configuration
        configuration.task.closeUpSize = stage.closeUpSize
        let lessons = try SceneLessons(configuration, format: policyModel.format)
        let learner = LessonLearner(policyModel, stage: stage, configuration: configuration)
        let packer = BatchPacker(
            shape: policyModel.model.shape, processor: policyModel.processor,
            tokensPerPass: configuration.tokensPerPass)
        let rates = LearningRateSchedule(
            stage.schedule, peak: stage.learningRate, warmUpSteps: stage.warmUpSteps, totalSteps: stage.steps)
        for step in 0..<stage.steps {
            let first = number * 10_000_000 + step * stage.scenesPerStep
            let scenes = first..<first + stage.scenesPerStep
            let parts = try drawn(scenes, stage.lessons, by: lessons)
            let questions = parts.flatMap(\.questions)
            var passes = try packer.passes(of: questions.map(\.tree))
            let views = parts.flatMap(\.views)
            if !views.isEmpty { passes.append(try packer.pass(showing: views)) }
            let outcome = try learner.update(
                passes, boxes: questions.flatMap(\.boxes), learningRate: rates.rate(at: step))
            onStep(
                Step(
                    stage: name, index: step + 1, count: stage.steps, answerLoss: outcome.answers,
                    denseLoss: outcome.dense, boxLoss: outcome.boxes, gradientNorm: outcome.gradientNorm))
            if shouldStop() && step + 1 < stage.steps { return false }
        }
        return true
    }
    /// The lessons and crops of scenes, in their order; workers draw them in parallel.
    private func drawn(
        _ scenes: Range<Int>, _ counts: LessonCounts, by lessons: SceneLessons
    ) throws -> [(questions: [SceneLessons.Lesson], views: [ViewedImage])] {
        let workers = configuration.workers
        let parts = try inParallel(workers) { worker in
            try stride(from: scenes.lowerBound + worker, to: scenes.upperBound, by: workers).map { scene in
                (
                    questions: try lessons.lessons(ofScene: scene, counts),
                    views: counts.crop > 0 ? try lessons.views(ofScene: scene, cropCount: counts.crop) : []
                )
            }
        }
        return scenes.indices.map {
            parts[($0 - scenes.lowerBound) % workers][($0 - scenes.lowerBound) / workers]
        }
    }
}
