package import Imaging

/// How a model family turns conversations into tokens and images into views.
package protocol ChatFormat: Sendable {
    /// The frame in which this family writes boxes.
    var boxFrame: BoxFrame { get }

    /// What the model would see of `region` (the whole image if nil), turned by `rotation`.
    ///
    /// - Parameters:
    ///   - source: the pixels of the whole image.
    ///   - root: which image that is.
    ///   - region: in pixels of `source`.
    ///   - rotation: applied to the region.
    /// - Throws: for an image the model cannot take, such as one of extreme aspect ratio.
    func view(
        _ source: any PixelSource, as root: ImageRoot, region: Rectangle?, rotation: QuarterTurn
    ) throws -> ViewedImage

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

extension ChatFormat {
    /// The whole of an image as the model would see it.
    ///
    /// - Throws: for an image the model cannot take.
    package func view(_ source: any PixelSource, as root: ImageRoot) throws -> ViewedImage {
        try view(source, as: root, region: nil, rotation: .upright)
    }

    /// Another region or rotation of the image that `image` shows a part of.
    ///
    /// - Throws: for a part the model cannot take.
    package func view(
        of image: ViewedImage, region: Rectangle, rotation: QuarterTurn
    ) throws -> ViewedImage {
        try view(image.source, as: image.root, region: region, rotation: rotation)
    }

    /// A box that the model wrote about the whole of an image, in pixels of that image as it lies on disk.
    ///
    /// - Throws: for an image the model cannot take.
    package func originalBox(_ box: Rectangle, in source: any PixelSource) throws -> Rectangle {
        let view = try view(source, as: .example(0))
        return view.originalBox(ofViewed: view.viewedBox(of: box, in: boxFrame))
    }
}

/// The frame in which a model writes boxes; a property of the model family.
package enum BoxFrame: String, Hashable, Sendable, Codable, CaseIterable {
    /// Pixels of the image as the model saw it, after resizing (Qwen2.5-VL).
    case asViewed
    /// Pixels of the image before it was resized for the model; for a crop, of the crop.
    case original
    /// Thousandths of the width and height (Qwen3-VL).
    case permille

    /// The frame in the words of a prompt, to follow "[x1, y1, x2, y2] in".
    package var phrase: String {
        switch self {
        case .asViewed: "pixels of the image as shown"
        case .original: "pixels of the image at full resolution"
        case .permille: "thousandths of the image's width and height, from 0 to 1000"
        }
    }
}
