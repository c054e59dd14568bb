package import Agent
import CounterRandom
import Evaluation
package import Foundation
import Generation
import Imaging
package import Models
import Reports
import Rollout
package import Runs
import Tasks

/// A question could not be put to the model, for the reason given.
package struct QuestionError: Error, CustomStringConvertible {
    package let description: String
}

/// A person's question about image files, and the answer as a trajectory.
package struct QuestionRequest: Sendable {
    private let question: String
    private let imagePaths: [String]
    private let tools: ToolBox
    private let sampling: Sampling
    private let seed: UInt64

    /// - Parameters:
    ///   - question: as the person put it.
    ///   - imagePaths: JPEG, PNG or WebP.
    ///   - tools: those the model is told of.
    ///   - sampling: for each turn.
    ///   - seed: for temperatures above 0.
    package init(
        question: String, imagePaths: [String], tools: ToolBox, sampling: Sampling, seed: UInt64
    ) {
        self.question = question
        self.imagePaths = imagePaths
        self.tools = tools
        self.sampling = sampling
        self.seed = seed
    }

    /// Asks the model on this thread.
    ///
    /// - Parameters:
    ///   - policyModel: is asked.
    ///   - onEvent: called as things happen, on any thread but one at a time.
    /// - Throws: an error that names the image or model file that cannot be used; ``QuestionError`` if the model could
    ///   not be asked.
    package func answer(
        with policyModel: PolicyModel, onEvent: @escaping @Sendable (AgentEvent) -> Void
    ) throws -> TrajectoryRecord {
        let format = policyModel.format
        var request = RolloutRequest(
            try example(for: format), at: 0, recordID: TrajectoryID(group: 0, sample: 0), sampling: sampling,
            random: CounterRandom(seed: seed))
        request.offers = .all
        let record = try policyModel.workers().serve { [request, tools, seed] policy in
            let runner = RolloutRunner(policy: policy, format: format, tools: tools, limits: AgentLimits())
            return try await runner.run([request], onEvent: { onEvent($1) }) { rollout in
                if case .failed(let reason) = rollout.trajectory.finish {
                    throw QuestionError(description: reason)
                }
                return runner.record(
                    rollout, for: RolloutPurpose(.evaluation("ask"), step: 0, seed: seed))
            }[0]
        }
        return named(record)
    }

    /// With the paths as the person gave them.
    private func named(_ record: TrajectoryRecord) -> TrajectoryRecord {
        var record = record
        record.images = zip(record.images, imagePaths).map { image, path in
            ImageReference(.file(path: path), width: image.width, height: image.height)
        }
        return record
    }

    /// Writes a page that shows the trajectory with its images.
    ///
    /// - Throws: an error that names the file that cannot be read or written.
    package func writeTrace(of record: TrajectoryRecord, to url: URL) throws {
        let picture = try PictureMaker().picture(of: record, images: images())
        try AtomicFile.write(TracePage(picture).text, to: url)
    }

    private func images() throws -> [any PixelSource] {
        try imagePaths.map { try EncodedImage(path: $0) }
    }

    private func example(for format: ChatMLFormat) throws -> Example {
        let images = try images()
        for (image, path) in zip(images, imagePaths) {
            do {
                _ = try format.view(image, as: .example(0))
            } catch {
                throw QuestionError(description: "\(path): \(error)")
            }
        }
        return Example(
            id: "ask", messages: [.instruction, .question(question, imageCount: images.count)],
            images: images,
            answer: "", kind: "question")
    }
}
