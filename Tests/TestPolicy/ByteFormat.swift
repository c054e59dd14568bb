package import Agent
package import Imaging

/// A chat format whose tokens are bytes of UTF-8; an image is 16 tokens of a view of fixed size.
package struct ByteFormat: ChatFormat {
    package static let imageToken: Int32 = 256

    package var boxFrame: BoxFrame
    package var viewSize: ImageSize

    package struct TooThin: Error {}

    package init(
        boxFrame: BoxFrame = .asViewed, viewSize: ImageSize = ImageSize(width: 112, height: 112)
    ) {
        self.boxFrame = boxFrame
        self.viewSize = viewSize
    }

    package func view(
        _ source: any PixelSource, as root: ImageRoot, region: Rectangle?, rotation: QuarterTurn
    ) throws -> ViewedImage {
        let region = region ?? source.bounds
        guard max(region.width, region.height) <= 200 * min(region.width, region.height) else {
            throw TooThin()
        }
        return ViewedImage(
            source: source, root: root, region: region, rotation: rotation, viewSize: viewSize,
            tokenCount: 16)
    }

    package func prompt(_ messages: [Message], tools: [ToolSpecification]) throws -> Segment {
        let tools = tools.map(\.json).joined()
        let tokens = messages.flatMap { self.tokens($0.content) } + ByteFormat.bytes(tools)
        return .prompt(tokens: tokens, images: messages.flatMap(\.images))
    }

    package func observation(_ content: [Message.Content], after finish: FinishReason) throws -> Segment {
        .observation(
            tokens: ByteFormat.bytes("[") + tokens(content) + ByteFormat.bytes("]"),
            images: content.compactMap(\.image))
    }

    package func text(of tokens: [Int32]) -> String {
        String(decoding: tokens.filter { $0 < 256 }.map { UInt8($0) }, as: UTF8.self)
    }

    private func tokens(_ content: [Message.Content]) -> [Int32] {
        content.flatMap { part in
            switch part {
            case .text(let text): ByteFormat.bytes(text)
            case .image(let image): Array(repeating: ByteFormat.imageToken, count: image.tokenCount)
            }
        }
    }

    package static func bytes(_ text: String) -> [Int32] { text.utf8.map { Int32($0) } }
}

/// An image without pixels, for tests of geometry.
package struct BlankImage: PixelSource {
    package let size: ImageSize

    package init(_ width: Int, _ height: Int) { size = ImageSize(width: width, height: height) }

    package func pixels(region: Rectangle) throws -> Image {
        Image(
            size: ImageSize(width: Int(region.width), height: Int(region.height)), filledWith: .black)
    }
}

/// An image whose every pixel differs from its neighbours.
package func numberedImage(_ width: Int, _ height: Int) -> Image {
    var image = Image(size: ImageSize(width: width, height: height), filledWith: .black)
    for y in 0..<height {
        for x in 0..<width {
            image[x, y] = RGB(
                red: UInt8(truncatingIfNeeded: 7 * x), green: UInt8(truncatingIfNeeded: 11 * y),
                blue: UInt8(truncatingIfNeeded: x + 13 * y))
        }
    }
    return image
}

extension Rectangle {
    /// The largest difference between coordinates.
    package func distance(to other: Rectangle) -> Double {
        [x1 - other.x1, y1 - other.y1, x2 - other.x2, y2 - other.y2].map(abs).max() ?? 0
    }
}
