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
    private let tools: [any Tool]
    private let sampling: Sampling
    private let seed: UInt64

    /// - Parameters:
    ///   - question: as the person put it.
    ///   - imagePaths: JPEG, PNG or WebP.
    ///   - tools: those the model is told of.
    ///   - sampling: for each turn.
    ///   - seed: for temperatures above 0.
    package init(
        question: String, imagePaths: [String], tools: [any Tool], sampling: Sampling, seed: UInt64
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
        let example = try example(for: policyModel.format)
        let format = policyModel.format
        let request = AgentRequest(
            id: TrajectoryID(group: 0, sample: 0),
            prompt: try format.prompt(
                example.messages(viewedBy: format), tools: tools.map(\.specification)),
            tools: tools.map(\.specification.name), sampling: sampling, random: CounterRandom(seed: seed))
        let trajectory = try policyModel.workers().serve { [tools] policy in
            let loop = AgentLoop(policy: policy, format: format, tools: tools, limits: AgentLimits())
            return try await loop.run(request) { _, event in onEvent(event) }
        }
        if case .failed(let reason) = trajectory.finish { throw QuestionError(description: reason) }
        let nothing = RewardBreakdown(components: [], isCorrect: false, formatError: nil)
        var record = TrajectoryRecord(
            trajectory, reward: nothing, of: example, at: 0,
            origin: .evaluation("ask"), step: 0, seed: seed, text: format.text(of:))
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

    private func example(for format: QwenChatFormat) throws -> Example {
        let images = try images()
        for (image, path) in zip(images, imagePaths) {
            do {
                _ = try format.view(image, region: nil, rotation: .upright)
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
