package import Agent
import Foundation
package import Imaging
package import Runs

/// Cuts the pictures of a recorded trajectory again from the images it is about.
package struct PictureMaker: Sendable {
    /// Longest side of a scene on the page, in pixels.
    private let sceneSide: Int
    /// Longest side of a crop on the page, in pixels.
    private let viewSide: Int

    package init(sceneSide: Int = 640, viewSide: Int = 320) {
        self.sceneSide = sceneSide
        self.viewSide = viewSide
    }

    /// The trajectory with its pictures.
    ///
    /// - Parameters:
    ///   - record: of the trajectory.
    ///   - remark: why it is shown.
    ///   - images: the example's, in the order of the record.
    /// - Throws: what an image throws.
    package func picture(
        of record: TrajectoryRecord, images: [any PixelSource], remark: String? = nil
    ) throws -> TrajectoryPicture {
        TrajectoryPicture(
            record: record, scenes: try images.map(thumbnail),
            views: try record.segments.map { segment in
                try segment.views.map { view in
                    guard let index = view.image, images.indices.contains(index) else { return nil }
                    return try Self.encoded(
                        images[index], region: view.region,
                        rotation: QuarterTurn(rawValue: view.rotation) ?? .upright, side: viewSide)
                }
            }, remark: remark)
    }

    /// An image as small as the pictures of scenes.
    package func thumbnail(of image: any PixelSource) throws -> ReportImage {
        try Self.encoded(image, region: image.bounds, side: sceneSide)
    }

    /// A part of an image as JPEG.
    ///
    /// - Parameters:
    ///   - image: that the part is of.
    ///   - region: the part.
    ///   - rotation: how it is turned.
    ///   - side: its longest side, in pixels; a smaller part keeps its size.
    ///   - exactCount: a part that is sent in its own size and has no more pixels than this becomes a PNG, true to the pixel.
    /// - Throws: what the image throws.
    package static func encoded(
        _ image: any PixelSource, region: Rectangle, rotation: QuarterTurn = .upright, side: Int,
        exactCount: Int = 0
    ) throws -> ReportImage {
        let longest = max(region.width, region.height)
        let scale = min(1, Double(side) / longest)
        let size = ImageSize(
            width: max(1, Int((region.width * scale).rounded())),
            height: max(1, Int((region.height * scale).rounded())))
        let upright = try image.pixels(region: region, resizedTo: size, filter: .pillow)
        let pixels = try upright.rotated(rotation)
        let isExact = scale == 1 && size.width * size.height <= exactCount
        return ReportImage(
            bytes: Data(isExact ? try pixels.encodedPNG() : try pixels.encodedJPEG(quality: 88)),
            format: isExact ? .png : .jpeg, width: pixels.size.width, height: pixels.size.height)
    }
}
