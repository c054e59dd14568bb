import Foundation
import Models
import TestFixtures
import Testing

@Suite struct PositionsTests {
    struct Layout: Decodable, CustomTestStringConvertible {
        let name: String
        /// [count] of text, or [rows, columns] of an image.
        let runs: [[Int]]
        let positions: [[Int32]]
        let next: Int32

        var testDescription: String { name }
    }

    private struct Document: Decodable {
        let layouts: [Layout]
    }

    static let layouts: [Layout] = (try? GoldenFolder().decode(Document.self, "positions.json").layouts) ?? []

    @Test func thereAreLayoutsToCompare() { #expect(Self.layouts.count == 6) }

    @Test(arguments: layouts)
    func aCursorGivesThePositionsOfGetRopeIndex(layout: Layout) {
        var cursor = PositionCursor()
        var positions = TokenPositions()
        for run in layout.runs {
            if run.count == 1 {
                cursor.advance(overText: run[0], writing: &positions)
            } else {
                cursor.advance(overImage: PatchGrid(rows: run[0], columns: run[1]), writing: &positions)
            }
        }
        #expect([positions.temporal, positions.height, positions.width] == layout.positions)
        #expect(cursor.next == layout.next)
    }

    @Test(arguments: layouts)
    func aBatchGivesTheSamePositionsWholeOrCutIntoAChainOfSegments(layout: Layout) throws {
        let configuration = try ModelGoldens.configuration()
        var whole = PackedBatch(for: configuration.shape)
        var chain = PackedBatch(for: configuration.shape)
        var tokens: [Int32] = []
        var images: [ImagePatches] = []
        var last: Int?
        for run in layout.runs {
            let piece: [Int32]
            var image: [ImagePatches] = []
            if run.count == 1 {
                piece = HashedValues.text("run", count: run[0])
            } else {
                piece = Array(repeating: configuration.tokens.image, count: run[0] * run[1])
                image = [ImagePatches(grid: PatchGrid(rows: 2 * run[0], columns: 2 * run[1]), values: [])]
            }
            last = try chain.append(piece, images: image, continuing: last)
            tokens += piece
            images += image
        }
        try whole.append(tokens, images: images)
        #expect(
            [whole.positions.temporal, whole.positions.height, whole.positions.width] == layout.positions)
        #expect(chain.positions == whole.positions)
        #expect(chain.imageSlots == whole.imageSlots)
        #expect(chain.cursors.last == whole.cursors.last)
    }

    @Test func twoSegmentsThatContinueTheSameOneBeginAtTheSamePosition() throws {
        var batch = PackedBatch(for: try ModelGoldens.configuration().shape)
        let prompt = try batch.append([1, 2, 3])
        try batch.append([4, 5], continuing: prompt)
        try batch.append([6], continuing: prompt)
        #expect(batch.positions.temporal == [0, 1, 2, 3, 4, 3])
    }

    @Test func aSegmentWhoseBeginningIsCachedGoesOnFromItsCursor() throws {
        var batch = PackedBatch(for: try ModelGoldens.configuration().shape)
        try batch.append([1, 2], from: PositionCursor(next: 40))
        #expect(batch.positions.height == [40, 41])
        #expect(batch.cursors == [PositionCursor(next: 42)])
    }

    @Test func aTokenIsPredictedByTheOneBeforeItTheFirstOfASegmentByItsParentSLast() throws {
        var batch = PackedBatch(for: try ModelGoldens.configuration().shape)
        let prompt = try batch.append([1, 2, 3])
        let other = try batch.append([4])
        let nothing = try batch.append([], continuing: prompt)
        let response = try batch.append([5, 6], continuing: nothing)
        #expect(batch.predictor(of: 0, in: prompt) == nil)
        #expect(batch.predictor(of: 2, in: prompt) == 1)
        #expect(batch.predictor(of: 0, in: other) == nil)
        #expect(batch.predictor(of: 0, in: response) == 2)
        #expect(batch.predictor(of: 1, in: response) == 4)
    }

    @Test func placeholdersThatDoNotFitTheImageAreRefused() throws {
        let configuration = try ModelGoldens.configuration()
        let image = ImagePatches(grid: PatchGrid(rows: 4, columns: 4), values: [])
        let placeholder = configuration.tokens.image
        func append(_ tokens: [Int32], _ images: [ImagePatches]) throws {
            var batch = PackedBatch(for: configuration.shape)
            try batch.append(tokens, images: images)
        }
        let four = [Int32](repeating: placeholder, count: 4)
        #expect(throws: Never.self) { try append([1] + four + [2], [image]) }
        #expect(throws: PackedBatchError.placeholders(image: 0, expected: 4, found: 3)) {
            try append([1, placeholder, placeholder, placeholder, 2], [image])
        }
        #expect(throws: PackedBatchError.placeholders(image: 1, expected: 4, found: 0)) {
            try append(four, [image, image])
        }
        #expect(throws: PackedBatchError.placeholders(image: 0, expected: 0, found: 4)) {
            try append(four, [])
        }
    }

    @Test func aTokenOutsideTheVocabularyIsRefused() throws {
        var batch = PackedBatch(for: try ModelGoldens.configuration().shape)
        #expect(throws: PackedBatchError.unknownToken(320, vocabularySize: 320)) {
            try batch.append([1, 320])
        }
        #expect(throws: PackedBatchError.unknownToken(-1, vocabularySize: 320)) { try batch.append([-1]) }
    }
}
