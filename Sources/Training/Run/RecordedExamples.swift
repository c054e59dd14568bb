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

/// Finds again what the trajectories of a run were about, and how their tokens read, without weights.
package actor RecordedExamples {
    private let run: RunFolder
    private var questions: [TrajectoryOrigin: any Evaluator.Items] = [:]
    private var format: ChatMLFormat?
    /// Images of the examples asked for last, the newest at the end.
    private var recent: [(place: Place, images: [any PixelSource])] = []

    private struct Place: Hashable {
        let origin: TrajectoryOrigin
        let index: Int
    }

    private static let recentCount = 16

    package init(_ run: RunFolder) {
        self.run = run
    }

    /// The images that a trajectory refers to, in its order.
    ///
    /// - Throws: an error that names what is missing or is not what it was when the trajectory was made.
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

    /// The text that each of `tokens` adds; nothing for one that ends inside a character.
    ///
    /// - Throws: an error that names the file that is missing or damaged.
    package func texts(of tokens: [Int32]) throws -> [String] {
        var decoder = StreamingDecoder(try chatFormat().tokenizer)
        return tokens.map { decoder.append($0) }
    }

    private func image(
        _ reference: ImageReference, of record: TrajectoryRecord
    ) async throws -> any PixelSource {
        switch reference.source {
        case .file(let path): return try EncodedImage(path: path)
        case .example(_, _, let index, let number):
            let images = try await images(at: Place(origin: record.origin, index: index), of: record)
            guard images.indices.contains(number) else { throw changed(record) }
            return images[number]
        }
    }

    private func images(at place: Place, of record: TrajectoryRecord) async throws -> [any PixelSource] {
        if let known = recent.first(where: { $0.place == place }) { return known.images }
        let item = try await questions(of: place.origin).item(at: place.index)
        guard item.id == record.exampleID else { throw changed(record) }
        recent.append((place, item.images))
        if recent.count > Self.recentCount { recent.removeFirst() }
        return item.images
    }

    private func questions(of origin: TrajectoryOrigin) throws -> any Evaluator.Items {
        if let known = questions[origin] { return known }
        let configuration = try configuration
        let data = try TrainingData(configuration, format: chatFormat())
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

    /// What an evaluation is about that is no run's and whose images are no files.
    private func standardScenes() throws -> any ExampleSource {
        let scenes = EvaluationPlan.Scenes()
        return try ProceduralTask().heldOut(seed: scenes.seed, sceneCount: scenes.count)
    }

    private func chatFormat() throws -> ChatMLFormat {
        if let format { return format }
        let folder = try run.latestCheckpoint()?.url ?? URL(filePath: configuration.model)
        let format = try ChatMLFormat(directory: folder)
        self.format = format
        return format
    }

    /// An evaluation that is no run's has none of its own.
    private var configuration: TrainingConfiguration {
        get throws {
            let file = run.configurationFile.path
            return try TrainingConfiguration.load(
                from: FileManager.default.fileExists(atPath: file) ? file : nil)
        }
    }

    private func changed(_ record: TrajectoryRecord) -> RunError {
        RunError(
            .malformed, operation: "find the images of", path: record.exampleID,
            detail: "what is at its place is another example",
            remedy: "put the data that \(run.configurationFile.path) names back as it was")
    }
}
