package import Agent
import CounterRandom
import Foundation
import Generation
import Imaging
import JSON
package import Models
import Rollout
package import Runs
package import Tasks

/// Writes transcripts of greedily answered examples, for parity checks with another implementation.
///
/// Every second example offers tools. Every eighth example also starts with a tool call and its crop, so that there are
/// conversations with several turns and images even if the model calls no tools. The folder contains `transcripts.json`, a
/// list of
///
///     {"tokens": [token ids], "generated": [0 or 1 for each token], "images": ["0-0.png", "0-1.png"]}
///
/// with one placeholder in `tokens` per image token, and the images before resizing, in the order of their placeholders.
package struct TranscriptExport: Sendable {
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

    /// Counts of what was written.
    package struct Summary: Sendable {
        package var transcriptCount = 0
        /// Transcripts in which the model called a tool.
        package var callingCount = 0
        package var imageCount = 0
        package var generatedTokenCount = 0
    }

    /// Answers the first `count` examples on this thread and writes their transcripts to a new folder.
    ///
    /// - Throws: `RunError` if the folder cannot be written, ``QuestionError`` if a trajectory failed.
    package func write(_ count: Int, by policyModel: PolicyModel, to output: OutputFolder) throws -> Summary {
        let format = policyModel.format
        let trajectories = try policyModel.workers().serve { [tools] policy in
            let runner = RolloutRunner(policy: policy, format: format, tools: tools, limits: AgentLimits())
            var requests: [RolloutRequest] = []
            for index in 0..<count { requests.append(try await request(index, format: format)) }
            return try await runner.run(requests) { $0.trajectory }
        }
        let folder = output.url
        try AtomicFile.createFolder(folder)
        var summary = Summary()
        let transcripts = try trajectories.map { trajectory in
            if case .failed(let reason) = trajectory.finish { throw QuestionError(description: reason) }
            let transcript = trajectory.transcript
            let names = try transcript.images.enumerated().map { index, image in
                let name = "\(trajectory.id.group)-\(index).png"
                try AtomicFile.write(Data(image.pixels().encodedPNG()), to: folder.appending(path: name))
                return name
            }
            summary.transcriptCount += 1
            summary.callingCount += trajectory.toolCalls.isEmpty ? 0 : 1
            summary.imageCount += names.count
            summary.generatedTokenCount += transcript.completionTokenCount
            return WrittenTranscript(
                tokens: transcript.tokens, generated: transcript.lossMask.map { $0 ? 1 : 0 }, images: names)
        }
        try AtomicFile.write(
            JSONEncoder().encode(transcripts), to: folder.appending(path: "transcripts.json"))
        return summary
    }

    /// A zoom call on the ground-truth box, or on the whole image if there is none, with its result.
    private func zoom(in example: Example, _ format: ChatMLFormat) throws -> [Message] {
        let image = try format.view(example.images[0], as: .example(0))
        let target = example.groundTruthBoxes.first { image.region.intersection($0) != nil }
        let box = image.viewedBox(ofOriginal: target ?? image.region)
        let region = try CropRule().region(of: box, in: .asViewed, on: image)
        let corners = [box.x1, box.y1, box.x2, box.y2].map { JSONValue.number(Int($0)) }
        let call: JSONValue = ["name": .string(ZoomTool.name), "arguments": ["bbox_2d": .array(corners)]]
        return [
            Message(role: .assistant, "\(Markup.toolCallStart)\n\(call.text)\n\(Markup.toolCallEnd)"),
            Message(
                role: .tool,
                content: [.image(try format.view(of: image, region: region, rotation: .upright))]),
        ]
    }

    private func request(_ index: Int, format: ChatMLFormat) async throws -> RolloutRequest {
        let example = try await source.example(at: index)
        var request = RolloutRequest(
            example, at: index, recordID: TrajectoryID(group: index, sample: 0),
            sampling: Sampling(temperature: 0, maximumTokens: maximumTokens),
            random: CounterRandom(seed: 0, UInt64(index)))
        request.offers = index.isMultiple(of: 2) ? .all : .none
        if index.isMultiple(of: 8) { request.history = try zoom(in: example, format) }
        return request
    }
}

/// An element of `transcripts.json`.
private struct WrittenTranscript: Encodable {
    let tokens: [Int32]
    let generated: [Int]
    let images: [String]
}
