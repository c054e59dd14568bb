package import Imaging

/// How a model family turns conversations into tokens and images into views.
package protocol ChatFormat: Sendable {
    /// The frame in which this family writes boxes.
    var boxFrame: BoxFrame { get }

    /// What the model would see of `region` (the whole image if nil), turned by `rotation`.
    ///
    /// Throws for an image the model cannot take, such as one of extreme aspect ratio.
    func view(_ source: any PixelSource, region: Rectangle?, rotation: QuarterTurn) throws -> ViewedImage

    /// The tokens of a conversation, up to where the model begins to write.
    ///
    /// An empty `tools` leaves the section about tools out.
    func prompt(_ messages: [Message], tools: [ToolSpecification]) throws -> Segment

    /// The tokens of a tool's answer, from the end of the completion to where the model goes on writing.
    ///
    /// How the completion ended tells whether its turn is already closed.
    func observation(_ content: [Message.Content], after finish: FinishReason) throws -> Segment

    /// The text of tokens; special tokens are spelled out, image placeholders too.
    func text(of tokens: [Int32]) -> String
}

/// The frame in which a model writes boxes; a property of the model family.
package enum BoxFrame: String, Hashable, Sendable, Codable, CaseIterable {
    /// Pixels of the image as the model saw it, after resizing (Qwen2.5-VL).
    case asViewed
    /// Pixels of the image before it was resized for the model; for a crop, of the crop.
    case original
    /// Thousandths of the width and height (Qwen3-VL).
    case permille
}
