import Agent
import Imaging
import Tasks

/// Views are a tenth of the image; nothing else is needed of it here.
struct TenthFormat: ChatFormat {
    var boxFrame: BoxFrame { .asViewed }

    func view(
        _ source: any PixelSource, as root: ImageRoot, region: Rectangle?, rotation: QuarterTurn
    ) throws -> ViewedImage {
        let region = region ?? source.bounds
        return ViewedImage(
            source: source, root: root, region: region, rotation: rotation,
            viewSize: ImageSize(width: Int(region.width / 10), height: Int(region.height / 10)), tokenCount: 1
        )
    }

    func prompt(_ messages: [Message], tools: [ToolSpecification]) throws -> Segment { .prompt(tokens: []) }

    func observation(_ content: [Message.Content], after finish: FinishReason) throws -> Segment {
        .observation(tokens: [])
    }

    func text(of tokens: [Int32]) -> String { "" }
}

func trajectory(
    _ completions: String..., calling tools: [String] = [], finish: Trajectory.Finish = .answered
) -> Trajectory {
    Trajectory(
        id: TrajectoryID(group: 0, sample: 0), transcript: Transcript(), completions: completions,
        toolCalls: tools.map { ToolCallRecord(name: $0, arguments: "") }, finish: finish)
}

func example(
    answer: String, kind: RewardKind = .perception, boxes: [Rectangle] = [],
    images: [any PixelSource] = []
) -> Example {
    Example(
        id: "example", messages: [.question("What?", imageCount: images.count)], images: images,
        answer: answer,
        kind: "attribute", groundTruthBoxes: boxes, rewardKind: kind)
}

/// A 64-bit FNV-1a hash.
func hash(of bytes: [UInt8]) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}
