package import Torch

/// Sequences of different lengths laid end to end, as the model computes them: no padding, shared prefixes once.
///
/// A batch is plain values. Training packs a prompt and the responses that continue it; generation packs the
/// new tokens of every sequence, whose earlier ones are in a cache.
package struct PackedBatch: Sendable {
    package private(set) var tokens: [Int32] = []  // [token]
    package private(set) var positions = TokenPositions()  // [3, token]
    package private(set) var segments: [AttentionSegment] = []
    /// Where each segment ended, which is where what continues it begins.
    package private(set) var cursors: [PositionCursor] = []  // [segment]
    package private(set) var images: [ImagePatches] = []
    /// Where the tokens of the images go, image after image.
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
    ///   - tokens: ids, with one image placeholder for each token of each image.
    ///   - images: in the order of their placeholders.
    ///   - parent: index of the segment to continue.
    /// - Returns: the index of the segment.
    /// - Throws: if a token is not of the vocabulary or the placeholders do not fit the images.
    @discardableResult
    package mutating func append(
        _ tokens: [Int32], images: [ImagePatches] = [], continuing parent: Int? = nil
    ) throws(PackedBatchError) -> Int {
        let cursor = parent.map { cursors[$0] } ?? PositionCursor()
        return try append(tokens, images: images, from: cursor, parent: parent)
    }

    /// Appends a segment whose beginning is not in the batch but in a cache.
    ///
    /// - Parameters:
    ///   - tokens: ids, with one image placeholder for each token of each image.
    ///   - images: in the order of their placeholders.
    ///   - cursor: where the cached part ended.
    /// - Returns: the index of the segment.
    /// - Throws: if a token is not of the vocabulary or the placeholders do not fit the images.
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

    /// The token whose hidden state predicts token `offset` of a segment: the one before it, or its parent's
    /// last; an index into all tokens, nil if nothing in the batch comes before.
    package func predictor(of offset: Int, in segment: Int) -> Int? {
        let place = segments[segment]
        if offset > 0 { return place.start + offset - 1 }
        return place.parent.flatMap { predictor(of: segments[$0].count, in: $0) }
    }

    /// Throws unless `tokens` are of the vocabulary and hold one unbroken run of placeholders for each image.
    private func check(_ tokens: [Int32], images: [ImagePatches]) throws(PackedBatchError) {
        if let stranger = tokens.first(where: { !(0..<Int32(vocabularySize)).contains($0) }) {
            throw .unknownToken(stranger, vocabularySize: vocabularySize)
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
    /// The image of that index, counted within its segment, has another number of placeholders than tokens.
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
