import Imaging
package import Runs

extension TrajectoryRecord {
    /// A trajectory that calls the tool `callCount` times and then answers.
    package static func sample(
        origin: TrajectoryOrigin = .training, step: Int, group: Int = 0, sample: Int = 0,
        kind: String = "attribute",
        isCorrect: Bool = true, callCount: Int = 1, answerTokens: Int = 12
    ) -> TrajectoryRecord {
        let whole = ViewRecord(image: 0, region: Rectangle(0, 0, 1120, 1120), width: 112, height: 112)
        var segments = [
            SegmentRecord(
                kind: .prompt, text: "<|im_start|>user\n<|image_pad|><|image_pad|>What?<|im_end|>\n",
                tokens: [151_644, 872, 151_655, 151_655, 3838], views: [whole])
        ]
        var calls: [CallRecord] = []
        for index in 0..<callCount {
            let corner = Double(340 + 10 * index)
            let box = Rectangle(corner, 200, corner + 160, 360)
            calls.append(
                CallRecord(
                    segment: segments.count, name: "image_zoom_in_tool",
                    arguments: #"{"bbox_2d": [34, 20, 50, 36]}"#, image: 0, box: box,
                    viewBox: Rectangle(34, 20, 50, 36)
                ))
            segments.append(
                SegmentRecord(
                    kind: .completion,
                    text:
                        "<think>Closer.</think>\n<tool_call>\n{\"name\": \"image_zoom_in_tool\"}\n</tool_call>",
                    tokens: [1, 2, 3], logProbabilities: [-0.1, -0.2, -0.3], policyVersion: step))
            segments.append(
                SegmentRecord(
                    kind: .observation, text: "<tool_response>\n<|image_pad|>\n</tool_response>",
                    tokens: [4, 151_655, 5],
                    views: [ViewRecord(image: 0, region: box, width: 112, height: 112)]))
        }
        segments.append(
            SegmentRecord(
                kind: .completion,
                text: "<think>The disc is green.</think>\n<answer>green</answer><|im_end|>",
                tokens: Array(0..<Int32(answerTokens)),
                logProbabilities: (0..<answerTokens).map { -Float($0) / 7 }, policyVersion: step))
        let accuracy = isCorrect ? 0.8 : 0
        let tool = isCorrect && callCount > 0 ? 1.2 : 0
        return TrajectoryRecord(
            origin: origin, step: step, group: group, sample: sample, exampleID: "example/\(step)/\(group)",
            kind: kind, question: "What colour is the bull's-eye on the red circle?", expected: "green",
            answer: isCorrect ? "green" : "blue",
            images: [
                ImageReference(
                    .example(source: "visual-search", seed: 1, index: step * 2 + group, image: 0),
                    width: 1120,
                    height: 1120)
            ],
            groundTruthBoxes: [Rectangle(360, 220, 460, 320)], segments: segments, calls: calls,
            rewards: [
                RewardRecord("accuracy", accuracy), RewardRecord("format", 0), RewardRecord("tool", tool),
            ],
            reward: accuracy + tool, advantage: isCorrect ? 0.5 : -1, isCorrect: isCorrect,
            hasFormatError: false,
            finish: "answered")
    }
}
