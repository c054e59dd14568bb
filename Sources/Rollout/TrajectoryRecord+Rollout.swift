import Agent
import Imaging
import Runs
package import Tasks

extension TrajectoryRecord {
    init(
        _ rollout: Rollout, reward: RewardBreakdown, advantage: Double, unjudged: String?,
        for purpose: RolloutPurpose, text: ([Int32]) -> String
    ) {
        let (request, trajectory) = (rollout.request, rollout.trajectory)
        let example = request.example
        let segments = trajectory.transcript.segments.map { segment in
            SegmentRecord(
                kind: SegmentRecord.Kind(segment.kind), text: text(segment.tokens), tokens: segment.tokens,
                logProbabilities: segment.logProbabilities, policyVersion: segment.policyVersion,
                views: segment.images.map(ViewRecord.init))
        }
        let completions = segments.indices.filter { segments[$0].kind == .completion }
        self.init(
            origin: purpose.origin, step: purpose.step, group: request.recordID.group,
            sample: request.recordID.sample, exampleID: example.id, kind: example.kind,
            question: example.question, expected: example.answer, answer: trajectory.answer,
            images: example.images.enumerated().map { index, source in
                ImageReference(source, index, of: request, for: purpose)
            },
            groundTruthBoxes: example.groundTruthBoxes, segments: segments,
            calls: zip(trajectory.toolCalls, completions).map { CallRecord($0, segment: $1) },
            rewards: reward.components.map { RewardRecord($0.name, $0.value) }
                + (unjudged == nil ? [] : [RewardRecord(Self.unjudgedMark, 0)]),
            reward: reward.total, advantage: advantage, isCorrect: reward.isCorrect,
            hasFormatError: reward.formatError != nil, finish: trajectory.finish.name)
        patterns = patterns(offersTools: !example.tools.isEmpty)
    }
}

extension ViewRecord {
    fileprivate init(_ view: ViewedImage) {
        self.init(
            image: view.root.exampleIndex, region: view.region, rotation: view.rotation.degrees,
            width: view.viewSize.width, height: view.viewSize.height)
    }
}

extension CallRecord {
    /// - Parameter segment: index of the completion that made the call.
    fileprivate init(_ call: ToolCallRecord, segment: Int) {
        self.init(
            segment: segment, name: call.name, arguments: call.arguments, image: call.cut?.root.exampleIndex,
            box: call.cut?.original, viewBox: call.cut?.viewed, error: call.failure)
    }
}

extension ImageReference {
    /// The reference to an example's image: its file, or the source and index from which it can be regenerated.
    fileprivate init(
        _ image: any PixelSource, _ index: Int, of request: RolloutRequest, for purpose: RolloutPurpose
    ) {
        self.init(
            image.path.map { .file(path: $0) }
                ?? .example(
                    source: purpose.origin.description, seed: purpose.seed, index: request.index, image: index
                ),
            width: image.size.width, height: image.size.height)
    }
}

extension RewardBreakdown {
    /// The breakdown of an answer that is not judged.
    package static let none = RewardBreakdown(components: [], isCorrect: false, formatError: nil)
}

extension SegmentRecord.Kind {
    init(_ kind: Segment.Kind) {
        switch kind {
        case .prompt: self = .prompt
        case .completion: self = .completion
        case .observation: self = .observation
        }
    }
}

extension Trajectory.Finish {
    /// A short name, followed by the reason for a failure.
    var name: String {
        switch self {
        case .answered: "answered"
        case .turnLimit: "turnLimit"
        case .lengthLimit: "lengthLimit"
        case .contextLimit: "contextLimit"
        case .failed(let reason): "failed: \(reason)"
        }
    }
}
