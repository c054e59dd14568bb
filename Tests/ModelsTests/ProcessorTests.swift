import Foundation
import Imaging
import Models
import TestFixtures
import TestSupport
import Testing
import Torch

@Suite struct ProcessorTests {
    private struct Sizes: Decodable {
        let cases: [[Int]]
    }

    @Test func viewSizesEqualThoseOfSmartResizeHalvesLimitsAndThinImagesIncluded() throws {
        let cases = try GoldenFolder().decode(Sizes.self, "sizes.json").cases
        #expect(cases.count > 500)
        for row in cases {
            let processor = ImageProcessor(
                ProcessorConfiguration(minimumPixels: row[2], maximumPixels: row[3]))
            let view = try? processor.viewSize(of: ImageSize(width: row[0], height: row[1]))
            let expected = row[4] > 0 ? ImageSize(width: row[4], height: row[5]) : nil
            #expect(view == expected, "\(row[0]) x \(row[1]) within \(row[2])...\(row[3])")
        }
    }

    @Test(arguments: [
        ("first", 81, 137, 3136, 1_003_520), ("second", 171, 61, 3136, 1_003_520),
        ("enlarged", 33, 47, 3136, 1_003_520), ("reduced", 301, 203, 1000, 8000),
    ])
    func patchesEqualTheReferenceSElementByElement(
        name: String, width: Int, height: Int, minimum: Int, maximum: Int
    ) throws {
        let golden = try Goldens("processor")
        let processor = ImageProcessor(
            ProcessorConfiguration(minimumPixels: minimum, maximumPixels: maximum))
        let patches = try processor.patches(
            resizing: HashedValues.picture(name, width: width, height: height))
        let grid = try golden["\(name).grid"].values(as: Int64.self).map(Int.init)
        #expect([1, patches.grid.rows, patches.grid.columns] == grid)
        #expect(try patches.values == golden["\(name).patches"].values(as: Float.self))
    }

    @Test func anImageTakesOneTokenForEachSquareOfFourPatches() throws {
        let processor = ImageProcessor(ProcessorConfiguration())
        #expect(processor.tokenCount(of: ImageSize(width: 84, height: 140)) == 15)
        #expect(processor.grid(of: ImageSize(width: 84, height: 140)) == PatchGrid(rows: 10, columns: 6))
    }

    @Test func anImage201TimesAsLongAsWideIsRefusedWithItsSize() throws {
        let processor = ImageProcessor(ProcessorConfiguration())
        let error = #expect(throws: ImageProcessorError.self) {
            try processor.viewSize(of: ImageSize(width: 201, height: 1))
        }
        #expect(error?.description.contains("201 x 1") == true)
        #expect(throws: Never.self) { try processor.viewSize(of: ImageSize(width: 200, height: 1)) }
    }

    @Test func anEmptyImageIsRefused() {
        let processor = ImageProcessor(ProcessorConfiguration())
        #expect(throws: ImageProcessorError.self) {
            try processor.viewSize(of: ImageSize(width: 0, height: 5))
        }
    }
}
