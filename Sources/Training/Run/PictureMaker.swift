import Foundation
import Imaging
package import Runs
package import Tasks

/// Cuts the pictures of a recorded trajectory again from the examples it came from.
package struct PictureMaker: Sendable {
    private let source: any ExampleSource
    /// Longest side of a scene on the page, in pixels.
    private let sceneSide: Int
    /// Longest side of a crop on the page, in pixels.
    private let viewSide: Int

    package init(source: any ExampleSource, sceneSide: Int = 640, viewSide: Int = 320) {
        self.source = source
        self.sceneSide = sceneSide
        self.viewSide = viewSide
    }

    /// The trajectory with its pictures.
    ///
    /// - Throws: what the source or an image throws.
    package func picture(of record: TrajectoryRecord, remark: String? = nil) async throws -> TrajectoryPicture {
        var images: [any PixelSource] = []
        for reference in record.images {
            switch reference.source {
            case .example(_, _, let index, let image):
                images.append(try await source.example(at: index).images[image])
            case .file(let path):
                guard let bytes = FileManager.default.contents(atPath: path) else {
                    throw ConversationError(description: "\(path): cannot be read; put the image back to draw it")
                }
                images.append(try EncodedImage(bytes: Array(bytes), name: path))
            }
        }
        return TrajectoryPicture(
            record: record, scenes: try images.map { try encoded($0, region: $0.bounds, side: sceneSide) },
            views: try record.segments.map { segment in
                try segment.views.map { view in
                    guard images.indices.contains(view.image) else { return nil }
                    return try encoded(images[view.image], region: Rectangle(view.region), side: viewSide)
                }
            }, remark: remark)
    }

    private func encoded(_ image: any PixelSource, region: Rectangle, side: Int) throws -> ReportImage {
        let longest = max(region.width, region.height)
        let scale = min(1, Double(side) / longest)
        let size = ImageSize(
            width: max(1, Int((region.width * scale).rounded())), height: max(1, Int((region.height * scale).rounded())))
        let pixels = try image.pixels(region: region, resizedTo: size)
        return ReportImage(
            bytes: Data(try pixels.encodedJPEG(quality: 88)), format: .jpeg, width: size.width, height: size.height)
    }
}

extension Rectangle {
    init(_ box: BoxRecord) { self.init(x1: box.x1, y1: box.y1, x2: box.x2, y2: box.y2) }
}
