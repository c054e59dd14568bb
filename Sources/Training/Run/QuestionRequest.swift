package import Agent
import CounterRandom
package import Foundation
import Imaging
package import QwenVL
package import Runs
import Tasks

/// A person's question about image files, and the answer as a trajectory.
package struct QuestionRequest: Sendable {
    private let question: String
    private let imagePaths: [String]
    private let offersTools: Bool
    private let sampling: Sampling
    private let seed: UInt64

    package init(question: String, imagePaths: [String], offersTools: Bool, sampling: Sampling, seed: UInt64)
    {
        self.question = question
        self.imagePaths = imagePaths
        self.offersTools = offersTools
        self.sampling = sampling
        self.seed = seed
    }

    /// Asks the model on this thread.
    ///
    /// - Parameter onEvent: called as things happen, on any thread but one at a time.
    /// - Throws: an error that names the image or model file that cannot be used.
    package func answer(
        with policyModel: PolicyModel, onEvent: @escaping @Sendable (AgentEvent) -> Void
    ) throws -> TrajectoryRecord {
        let example = try example()
        let tools: [any Tool] = offersTools ? [ZoomTool(), RotateTool()] : []
        let format = policyModel.format
        let request = AgentRequest(
            id: TrajectoryID(group: 0, sample: 0),
            prompt: try format.prompt(
                example.messages(viewedBy: format), tools: tools.map(\.specification)),
            tools: tools.map(\.specification.name), sampling: sampling, random: CounterRandom(seed: seed))
        let policy = EnginePolicy()
        let loop = AgentLoop(policy: policy, format: format, tools: tools, limits: AgentLimits())
        let trajectory = try policyModel.engine().serve(policy) {
            try await loop.run([request]) { _, event in onEvent(event) }
        }
        let nothing = RewardBreakdown(components: [], isCorrect: false, formatError: nil)
        var record = TrajectoryRecord(
            ScoredTrajectory(trajectory: trajectory[0], reward: nothing, advantage: 0), of: example, at: 0,
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
        try imagePaths.map { path in
            guard let bytes = FileManager.default.contents(atPath: path) else {
                throw ConversationError(description: "\(path): cannot be read; check the path")
            }
            return try EncodedImage(bytes: Array(bytes), name: path)
        }
    }

    private func example() throws -> Example {
        let images = try images()
        return Example(
            id: "ask", messages: [.instruction, .question(question, imageCount: images.count)],
            images: images,
            answer: "", kind: "question")
    }
}
