import Agent
import Foundation
import Hummingbird
import Imaging
import NIOCore
import Reports
import Runs

/// A region of a trajectory's image, cropped on demand for a request.
struct RunPicture {
    private static let sides = 16...4096
    private static let standardSide = 1024
    /// Regions up to this many pixels are sent unscaled, so that single pixels stay visible.
    private static let largestExact = 256 * 256

    let image: Int
    let region: Rectangle?
    let rotation: QuarterTurn
    let side: Int

    /// - Throws: ``APIError`` for an invalid region, rotation or size.
    init(_ query: ViewerQuery) throws(APIError) {
        image = try query.number("image", in: 0...9999) ?? 0
        side = try query.number("side", in: Self.sides) ?? Self.standardSide
        let degrees = try query.number("rotation", in: 0...359) ?? 0
        guard let rotation = QuarterTurn(degrees: Double(degrees)) else {
            throw .invalid("rotation", "must be 0, 90, 180 or 270 degrees clockwise")
        }
        self.rotation = rotation
        guard let text = query.text("region") else {
            region = nil
            return
        }
        let corners = text.split(separator: ",", omittingEmptySubsequences: false).compactMap { Double($0) }
        guard corners.count == 4, corners.allSatisfy({ abs($0) < 1e6 }), corners[0] < corners[2],
            corners[1] < corners[3]
        else { throw .invalid("region", "must be x1,y1,x2,y2 in pixels of the image") }
        region = Rectangle(x1: corners[0], y1: corners[1], x2: corners[2], y2: corners[3])
    }

    func response(of record: TrajectoryRecord, in run: ShownRun) async throws -> Response {
        let images = try await Self.images(of: record, in: run)
        guard images.indices.contains(image) else {
            throw APIError(
                status: 404, .notFound, "the trajectory has \(images.count) images", code: "image_not_found")
        }
        let source = images[image]
        let region = self.region ?? source.bounds
        guard let pixels = region.pixels(in: source.size), pixels.width > 0, pixels.height > 0 else {
            throw APIError.invalid("region", "lies outside the image")
        }
        let bytes = try await ShownRun.offloaded {
            try PictureMaker.encoded(
                source, region: Rectangle(pixels), rotation: rotation, side: side,
                exactCount: Self.largestExact)
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "image/\(bytes.format.rawValue)", .cacheControl: "private, max-age=600",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes.bytes)))
    }

    /// - Throws: ``APIError`` with status 404 that says why the images are not available.
    static func images(of record: TrajectoryRecord, in run: ShownRun) async throws -> [any PixelSource] {
        do {
            return try await run.material.images(of: record)
        } catch {
            throw APIError(status: 404, .notFound, "\(error)", code: "image_not_found")
        }
    }
}
