package import Agent
import Imaging
package import Runs
package import Tasks

extension TrajectoryRecord {
    /// A trajectory as the run keeps it.
    ///
    /// - Parameters:
    ///   - trajectory: from the question to the answer.
    ///   - example: what it is about.
    ///   - origin: what it was made for.
    ///   - step: of the run that it was made in.
    ///   - reward: what it was paid.
    ///   - advantage: how that compares to its group.
    ///   - unjudged: why there is no verdict on its answer, if there is none.
    ///   - index: position of the example in its source.
    ///   - seed: of the source, which makes the images again.
    ///   - text: the text of tokens.
    package init(
        _ trajectory: Trajectory, reward: RewardBreakdown, advantage: Double = 0, unjudged: String? = nil,
        of example: Example, at index: Int, origin: TrajectoryOrigin, step: Int, seed: UInt64,
        text: ([Int32]) -> String
    ) {
        let views = zip(trajectory.transcript.images, Self.roots(of: trajectory, example)).map {
            view, image in
            ViewRecord(
                image: image, region: BoxRecord(view.region), rotation: view.rotation.degrees,
                width: view.viewSize.width, height: view.viewSize.height)
        }
        var viewsLeft = views[...]
        let segments = trajectory.transcript.segments.map { segment in
            defer { viewsLeft = viewsLeft.dropFirst(segment.images.count) }
            return SegmentRecord(
                kind: SegmentRecord.Kind(segment.kind), text: text(segment.tokens), tokens: segment.tokens,
                logProbabilities: segment.logProbabilities, policyVersion: segment.policyVersion,
                views: Array(viewsLeft.prefix(segment.images.count)))
        }
        let completions = segments.indices.filter { segments[$0].kind == .completion }
        self.init(
            origin: origin, step: step, group: trajectory.id.group, sample: trajectory.id.sample,
            exampleID: example.id, kind: example.kind, question: example.question, expected: example.answer,
            answer: trajectory.answer,
            images: example.images.enumerated().map { image, source in
                let file = (source as? EncodedImage).flatMap { $0.name.hasPrefix("/") ? $0.name : nil }
                return ImageReference(
                    file.map { .file(path: $0) }
                        ?? .example(source: origin.description, seed: seed, index: index, image: image),
                    width: source.size.width, height: source.size.height)
            },
            groundTruthBoxes: example.groundTruthBoxes.map(BoxRecord.init),
            segments: segments,
            calls: zip(trajectory.toolCalls, completions).map { call, segment in
                CallRecord(
                    segment: segment, name: call.name, arguments: call.arguments, image: call.cut?.image ?? 0,
                    box: (call.cut?.original).map(BoxRecord.init),
                    viewBox: (call.cut?.viewed).map(BoxRecord.init),
                    error: call.failure)
            },
            rewards: reward.components.map { RewardRecord($0.name, $0.value) }
                + (unjudged == nil ? [] : [RewardRecord(Self.unjudgedMark, 0)]),
            reward: reward.total, advantage: advantage, isCorrect: reward.isCorrect,
            hasFormatError: reward.formatError != nil, finish: trajectory.finish.name)
    }

    /// For each image of a trajectory, the example's image it was cut from.
    private static func roots(of trajectory: Trajectory, _ example: Example) -> [Int] {
        var roots = example.messages.flatMap(\.parts).compactMap {
            if case .image(let index) = $0 { index } else { nil }
        }
        for call in trajectory.toolCalls where call.failure == nil {
            guard let cut = call.cut, roots.indices.contains(cut.image) else { continue }
            roots.append(roots[cut.image])
        }
        return roots
    }
}

extension BoxRecord {
    init(_ box: Rectangle) { self.init(box.x1, box.y1, box.x2, box.y2) }
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
    /// One word for it, with the reason of a failure.
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
