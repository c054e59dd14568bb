package import Agent
import Foundation
package import Imaging
package import Runs

/// Recreates the pictures of a recorded trajectory from the images of its example.
package struct PictureMaker: Sendable {
    /// Longest side of a scene on the page, in pixels.
    private let sceneSide: Int
    /// Longest side of a crop on the page, in pixels.
    private let viewSide: Int
    /// Where the pictures are written; nil to embed them in the page.
    private let files: PictureFiles?

    package init(sceneSide: Int = 1280, viewSide: Int = 560, files: PictureFiles? = nil) {
        self.sceneSide = sceneSide
        self.viewSide = viewSide
        self.files = files
    }

    /// The trajectory with its pictures.
    ///
    /// - Parameters:
    ///   - record: the recorded trajectory.
    ///   - images: the example's images, in the order of the record.
    ///   - remark: why the trajectory is shown.
    /// - Throws: an error of reading an image, or of writing its file.
    package func picture(
        of record: TrajectoryRecord, images: [any PixelSource], remark: String? = nil
    ) throws -> TrajectoryPicture {
        let scenes = try images.map(thumbnail).map(placed)
        let views = try record.segments.map { segment in
            try segment.views.map { view -> ReportImage? in
                guard let index = view.image, images.indices.contains(index) else { return nil }
                let rotation = QuarterTurn(rawValue: view.rotation) ?? .upright
                if files != nil, rotation == .upright, view.region == images[index].bounds {
                    return scenes[index]
                }
                return try placed(
                    Self.encoded(images[index], region: view.region, rotation: rotation, side: viewSide))
            }
        }
        return TrajectoryPicture(record: record, scenes: scenes, views: views, remark: remark)
    }

    private func placed(_ image: ReportImage) throws -> ReportImage {
        try files?.stored(image) ?? image
    }

    /// The image, reduced to the size of scene pictures.
    package func thumbnail(of image: any PixelSource) throws -> ReportImage {
        try Self.encoded(image, region: image.bounds, side: sceneSide)
    }

    /// A region of an image, encoded as JPEG, or as PNG if it is small.
    ///
    /// - Parameters:
    ///   - image: the image.
    ///   - region: the region to crop.
    ///   - rotation: rotation applied to the crop.
    ///   - side: maximum of the longest side, in pixels; a smaller region keeps its size.
    ///   - exactCount: an unscaled region of at most this many pixels is encoded as PNG, without loss.
    /// - Throws: an error of reading the image.
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
