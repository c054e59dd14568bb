package import Agent
import CounterRandom
import Evaluation
import Foundation
import Generation
import Imaging
package import Models
import Reports
import Rollout
package import Runs
import Tasks

/// A question that could not be answered, with the reason.
package struct QuestionError: Error, CustomStringConvertible {
    package let description: String
}

/// A question about image files, as asked by `deepeyes ask`.
package struct QuestionRequest: Sendable {
    private let question: String
    private let imagePaths: [String]
    private let tools: ToolBox
    private let sampling: Sampling
    private let seed: UInt64

    /// - Parameters:
    ///   - question: the question.
    ///   - imagePaths: paths of JPEG, PNG or WebP files.
    ///   - tools: the tools offered to the model.
    ///   - sampling: the sampling settings of each turn.
    ///   - seed: the random seed, for temperatures above 0.
    package init(
        question: String, imagePaths: [String], tools: ToolBox, sampling: Sampling, seed: UInt64
    ) {
        self.question = question
        self.imagePaths = imagePaths
        self.tools = tools
        self.sampling = sampling
        self.seed = seed
    }

    /// Generates the answer on this thread.
    ///
    /// - Parameters:
    ///   - policyModel: the model.
    ///   - onEvent: called for each event as it happens, on any thread but never concurrently.
    /// - Returns: the trajectory, with the answer as the server would give it.
    /// - Throws: an error that names the invalid image or model file; ``QuestionError`` if the trajectory failed, or if the
    ///   question leaves no room for an answer.
    package func answer(
        with policyModel: PolicyModel, onEvent: @escaping @Sendable (AgentEvent) -> Void
    ) throws -> TrajectoryRecord {
        let format = policyModel.format
        var request = RolloutRequest(
            try example(for: format), at: 0, recordID: TrajectoryID(group: 0, sample: 0), sampling: sampling,
            random: CounterRandom(seed: seed))
        request.offers = .all
        let workers = try policyModel.workers()
        let limits = AgentLimits(contextTokens: min(AgentLimits().contextTokens, workers.contextLength))
        let record = try workers.serve { [request, tools, seed] policy in
            let runner = RolloutRunner(policy: policy, format: format, tools: tools, limits: limits)
            return try await runner.run([request], onEvent: { onEvent($1) }) { rollout in
                if case .failed(let reason) = rollout.trajectory.finish {
                    throw QuestionError(description: reason)
                }
                try Self.checkLength(of: rollout.trajectory, context: limits.contextTokens)
                var record = runner.record(
                    rollout, for: RolloutPurpose(.evaluation("ask"), step: 0, seed: seed))
                record.answer = rollout.trajectory.completions.last.map(Markup.answerOrText)
                return record
            }[0]
        }
        return withPaths(record)
    }

    /// - Throws: ``QuestionError`` with the lengths if the prompt alone fills the context.
    private static func checkLength(of trajectory: Trajectory, context: Int) throws(QuestionError) {
        let transcript = trajectory.transcript
        guard trajectory.finish == .contextLimit, transcript.completionTokenCount == 0 else { return }
        throw QuestionError(
            description:
                "the question with its images has \(Readable.count(transcript.tokenCount)) tokens and the context holds "
                + "\(Readable.count(context)), so there is no room for an answer; shorten the question, or give fewer or "
                + "smaller images")
    }

    /// The record with the image paths as they were given.
    private func withPaths(_ record: TrajectoryRecord) -> TrajectoryRecord {
        var record = record
        record.images = zip(record.images, imagePaths).map { image, path in
            ImageReference(.file(path: path), width: image.width, height: image.height)
        }
        return record
    }

    /// Writes an HTML page of the trajectory with its images.
    ///
    /// - Throws: an error that names the unreadable or unwritable file.
    package func writeTrace(of record: TrajectoryRecord, to file: OutputFile) throws {
        let picture = try PictureMaker().picture(of: record, images: images())
        try file.write(TracePage(picture).text)
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
