package import Imaging

/// The chat format of a model family: converts conversations to tokens and images to views.
package protocol ChatFormat: Sendable {
    /// The coordinate frame in which this family writes boxes.
    var boxFrame: BoxFrame { get }

    /// The view of `region` (the whole image if nil), rotated by `rotation`.
    ///
    /// - Parameters:
    ///   - source: the pixels of the whole image.
    ///   - root: the identity of that image.
    ///   - region: the region, in pixels of `source`.
    ///   - rotation: the rotation of the region.
    /// - Throws: an error for an image that the model does not support, such as one of extreme aspect ratio.
    func view(
        _ source: any PixelSource, as root: ImageRoot, region: Rectangle?, rotation: QuarterTurn
    ) throws -> ViewedImage

    /// The tokens of a conversation, up to the start of the completion.
    ///
    /// If `tools` is empty, the section about tools is omitted.
    func prompt(_ messages: [Message], tools: [ToolSpecification]) throws -> Segment

    /// The tokens of a tool's reply, from the end of the completion to the start of the next one.
    ///
    /// `finish` tells whether the completion already closed its turn.
    func observation(_ content: [Message.Content], after finish: FinishReason) throws -> Segment

    /// The text of tokens, including special tokens and image placeholders.
    func text(of tokens: [Int32]) -> String
}

extension ChatFormat {
    /// The view of a whole image.
    ///
    /// - Throws: an error for an image that the model does not support.
    package func view(_ source: any PixelSource, as root: ImageRoot) throws -> ViewedImage {
        try view(source, as: root, region: nil, rotation: .upright)
    }

    /// Another region or rotation of the image that `image` is a view of.
    ///
    /// - Throws: an error for a region that the model does not support.
    package func view(
        of image: ViewedImage, region: Rectangle, rotation: QuarterTurn
    ) throws -> ViewedImage {
        try view(image.source, as: image.root, region: region, rotation: rotation)
    }

    /// Converts a box that the model wrote for a view of the whole image to pixels of the original image.
    ///
    /// - Throws: an error for an image that the model does not support.
    package func originalBox(_ box: Rectangle, in source: any PixelSource) throws -> Rectangle {
        let view = try view(source, as: .example(0))
        return view.originalBox(ofViewed: view.viewedBox(of: box, in: boxFrame))
    }
}

/// The coordinate frame in which a model writes boxes; a property of the model family.
package enum BoxFrame: String, Hashable, Sendable, Codable, CaseIterable {
    /// Pixels of the image as the model saw it, after resizing (Qwen2.5-VL).
    case asViewed
    /// Pixels of the image before it was resized for the model; for a crop, of the crop.
    case original
    /// Thousandths of the width and height (Qwen3-VL).
    case permille

    /// The description of the frame for prompts; it follows "[x1, y1, x2, y2] in".
    package var phrase: String {
        switch self {
        case .asViewed: "pixels of the image as shown"
        case .original: "pixels of the image at full resolution"
        case .permille: "thousandths of the image's width and height, from 0 to 1000"
        }
    }
}
