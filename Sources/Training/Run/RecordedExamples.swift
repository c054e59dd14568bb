package import Agent
import Evaluation
import Foundation
import Generation
import Imaging
import Models
package import Runs
import Synchronization
import Tasks
import Tokenizer

/// Restores the images and token texts of a run's stored trajectories, without loading weights.
package actor RecordedExamples {
    private let run: RunFolder
    private var questions: [TrajectoryOrigin: any Evaluator.Items] = [:]
    private var format: ChatMLFormat?
    /// Images of the most recently used examples, the newest last.
    private var recent: [(key: ExampleKey, images: [any PixelSource])] = []

    private struct ExampleKey: Hashable {
        let origin: TrajectoryOrigin
        let index: Int
    }

    private static let recentCount = 16

    package init(_ run: RunFolder) {
        self.run = run
    }

    /// The images of a trajectory, in prompt order.
    ///
    /// - Throws: an error that names a file or example that is missing or has changed since the trajectory was recorded.
    package func images(of record: TrajectoryRecord) async throws -> [any PixelSource] {
        var images: [any PixelSource] = []
        for reference in record.images {
            let image = try await image(reference, of: record)
            guard image.size == ImageSize(width: reference.width, height: reference.height) else {
                throw changed(record)
            }
            images.append(image)
        }
        return images
    }

    /// The text that each token adds; empty for a token that ends within a character.
    ///
    /// - Throws: an error that names the missing or damaged file.
    package func texts(of tokens: [Int32]) throws -> [String] {
        var decoder = StreamingDecoder(try chatFormat().tokenizer)
        return tokens.map { decoder.append($0) }
    }

    private func image(
        _ reference: ImageReference, of record: TrajectoryRecord
    ) async throws -> any PixelSource {
        switch reference.source {
        case .file(let path): return try EncodedImage(path: path)
        case .example(_, _, let index, let imageIndex):
            let images = try await images(for: ExampleKey(origin: record.origin, index: index), of: record)
            guard images.indices.contains(imageIndex) else { throw changed(record) }
            return images[imageIndex]
        }
    }

    private func images(
        for key: ExampleKey, of record: TrajectoryRecord
    ) async throws -> [any PixelSource] {
        if let cached = recent.first(where: { $0.key == key }) { return cached.images }
        let item = try await questions(of: key.origin).item(at: key.index)
        // Earlier versions recorded the scene without the kind of its question.
        guard item.id == record.exampleID || item.id.hasPrefix("\(record.exampleID)/") else {
            throw changed(record)
        }
        recent.append((key, item.images))
        if recent.count > Self.recentCount { recent.removeFirst() }
        return item.images
    }

    private func questions(of origin: TrajectoryOrigin) throws -> any Evaluator.Items {
        if let cached = questions[origin] { return cached }
        let configuration = try configuration
        let data = try TrainingData(
            configuration, check: PromptCheck(configuration, model: modelFolder()))
        let items: any Evaluator.Items =
            switch origin {
            case .training: ExampleItems(data.source)
            case .evaluation(let name):
                try configuration.evaluations.first { name.hasPrefix("\($0.name)/") }
                    .map { try RunEvaluation($0, of: configuration, data: data).items }
                    ?? ExampleItems(standardScenes())
            }
        questions[origin] = items
        return items
    }

    /// The scenes of an evaluation that belongs to no run and has no image files.
    private func standardScenes() throws -> any ExampleSource {
        let scenes = EvaluationPlan.Scenes()
        return try ProceduralTask().heldOut(seed: scenes.seed, sceneCount: scenes.count)
    }

    private func chatFormat() throws -> ChatMLFormat {
        if let format { return format }
        let format = try ChatMLFormat(directory: modelFolder())
        self.format = format
        return format
    }

    private func modelFolder() throws -> URL {
        try run.latestCheckpoint()?.url ?? ModelDirectory.folder(at: configuration.model)
    }

    /// The run's configuration; the defaults for an evaluation that belongs to no run.
    private var configuration: TrainingConfiguration {
        get throws {
            let file = run.configurationFile.path
            return try FileManager.default.fileExists(atPath: file)
                ? TrainingConfiguration.recorded(at: file) : TrainingConfiguration()
        }
    }

    private func changed(_ record: TrajectoryRecord) -> RunError {
        RunError(
            .malformed, operation: "find the images of", path: record.exampleID,
            detail: "the data has another example at this index",
            remedy: "restore the data named in \(run.configurationFile.path)")
    }
}
