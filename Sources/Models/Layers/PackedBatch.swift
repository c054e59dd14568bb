package import Torch

/// Sequences of different lengths packed without padding, the input of a forward pass; shared prefixes are packed once.
///
/// A batch consists of plain values. In training, it holds prompts and the responses that continue them. In generation,
/// it holds the new tokens of every sequence, whose earlier tokens are in a cache.
package struct PackedBatch: Sendable {
    package private(set) var tokens: [Int32] = []  // [token]
    package private(set) var positions = TokenPositions()  // [3, token]
    package private(set) var segments: [AttentionSegment] = []
    /// The position after each segment, where its continuations start.
    package private(set) var cursors: [PositionCursor] = []  // [segment]
    package private(set) var images: [ImagePatches] = []
    /// Indices of the image placeholders in `tokens`, image after image.
    package private(set) var imageSlots: [Int] = []  // [merged patch]

    private let imageToken: Int32
    private let mergeSize: Int
    private let vocabularySize: Int

    package init(for shape: ModelShape) {
        imageToken = shape.imageToken
        mergeSize = shape.mergeSize
        vocabularySize = shape.vocabularySize
    }

    /// Appends a segment that continues another one, or starts a sequence if `parent` is nil.
    ///
    /// - Parameters:
    ///   - tokens: token ids, with one placeholder for each token of each image.
    ///   - images: the images in the order of their placeholders.
    ///   - parent: the index of the segment to continue.
    /// - Returns: the index of the segment.
    /// - Throws: `PackedBatchError` if a token is outside the vocabulary or the placeholders do not match the images.
    @discardableResult
    package mutating func append(
        _ tokens: [Int32], images: [ImagePatches] = [], continuing parent: Int? = nil
    ) throws(PackedBatchError) -> Int {
        let cursor = parent.map { cursors[$0] } ?? PositionCursor()
        return try append(tokens, images: images, from: cursor, parent: parent)
    }

    /// Appends a segment that continues tokens in a cache.
    ///
    /// - Parameters:
    ///   - tokens: token ids, with one placeholder for each token of each image.
    ///   - images: the images in the order of their placeholders.
    ///   - cursor: the position after the cached tokens.
    /// - Returns: the index of the segment.
    /// - Throws: `PackedBatchError` if a token is outside the vocabulary or the placeholders do not match the images.
    @discardableResult
    package mutating func append(
        _ tokens: [Int32], images: [ImagePatches] = [], from cursor: PositionCursor
    ) throws(PackedBatchError) -> Int {
        try append(tokens, images: images, from: cursor, parent: nil)
    }

    private mutating func append(
        _ tokens: [Int32], images: [ImagePatches], from cursor: PositionCursor, parent: Int?
    ) throws(PackedBatchError) -> Int {
        try check(tokens, images: images)
        let start = self.tokens.count
        var cursor = cursor
        var index = 0
        for image in images {
            let text = tokens[index...].firstIndex(of: imageToken)! - index
            let grid = image.grid.merged(by: mergeSize)
            cursor.advance(overText: text, writing: &positions)
            cursor.advance(overImage: grid, writing: &positions)
            imageSlots += start + index + text..<start + index + text + grid.count
            index += text + grid.count
        }
        cursor.advance(overText: tokens.count - index, writing: &positions)
        self.tokens += tokens
        self.images += images
        segments.append(AttentionSegment(start: start, count: tokens.count, parent: parent))
        cursors.append(cursor)
        return segments.count - 1
    }

    /// The index in `tokens` of the token whose hidden state predicts token `offset` of a segment.
    ///
    /// It is the preceding token, or the last token of the parent; nil for the first token of a sequence in the batch.
    package func predictor(of offset: Int, in segment: Int) -> Int? {
        let range = segments[segment]
        if offset > 0 { return range.start + offset - 1 }
        return range.parent.flatMap { predictor(of: segments[$0].count, in: $0) }
    }

    /// Throws unless all `tokens` are in the vocabulary and contain one contiguous run of placeholders for each image.
    private func check(_ tokens: [Int32], images: [ImagePatches]) throws(PackedBatchError) {
        if let unknown = tokens.first(where: { !(0..<Int32(vocabularySize)).contains($0) }) {
            throw .unknownToken(unknown, vocabularySize: vocabularySize)
        }
        var rest = tokens[...]
        for (index, image) in images.enumerated() {
            rest = rest.drop { $0 != imageToken }
            let expected = image.grid.merged(by: mergeSize).count
            let found = rest.prefix(expected).prefix { $0 == imageToken }.count
            guard found == expected else {
                throw .placeholders(image: index, expected: expected, found: found)
            }
            rest = rest.dropFirst(expected)
        }
        if rest.contains(imageToken) {
            throw .placeholders(image: images.count, expected: 0, found: rest.count { $0 == imageToken })
        }
    }
}

/// Tokens that cannot be packed.
package enum PackedBatchError: Error, Hashable, CustomStringConvertible {
    case unknownToken(Int32, vocabularySize: Int)
    /// The number of placeholders of an image differs from its number of tokens; `image` is its index in the segment.
    case placeholders(image: Int, expected: Int, found: Int)

    package var description: String {
        switch self {
        case .unknownToken(let token, let vocabularySize):
            "token \(token) is outside the vocabulary of \(vocabularySize)"
        case .placeholders(let image, let expected, let found):
            "image \(image + 1) takes \(expected) tokens but has \(found) placeholders in the text"
        }
    }
}
