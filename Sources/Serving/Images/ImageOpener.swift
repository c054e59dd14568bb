import Agent
import Imaging

/// Decodes the images of requests, one at a time, before the model is asked: what is damaged is refused as a bad request,
/// the model does not wait for large photos of others, and memory does not grow with the number of requests.
actor ImageOpener {
    private let rules: ImageRules

    init(_ rules: ImageRules) { self.rules = rules }

    /// What the model sees of an image file.
    ///
    /// - Parameters:
    ///   - bytes: of the file.
    ///   - format: of the model.
    ///   - place: of the image within the request, for errors.
    ///   - index: of the image among those of the request.
    /// - Throws: ``APIError``.
    func view(
        of bytes: [UInt8], in format: any ChatFormat, place: String, index: Int
    ) throws -> ViewedImage {
        do {
            let file = try EncodedImage(bytes: bytes, limits: rules.limits, name: place)
            let view = try format.view(file, as: .example(index))
            let shown = try view.resizedPixels()
            let image = OpenedImage(file: file, shown: shown, digest: ContentDigest(of: bytes))
            return try format.view(image, as: .example(index))
        } catch {
            throw APIError(status: 400, .invalidRequest, "\(error)", parameter: place, code: "invalid_image")
        }
    }
}

/// An image file, and the whole of it in the size in which the model sees it.
private struct OpenedImage: PixelSource {
    let file: EncodedImage
    let shown: Image
    let digest: ContentDigest?

    var size: ImageSize { file.size }

    func pixels(region: Rectangle) throws -> Image { try file.pixels(region: region) }

    func pixels(region: Rectangle, resizedTo size: ImageSize, filter: ResizeFilter) throws -> Image {
        if region == bounds, size == shown.size, filter == .pillow { return shown }
        return try file.pixels(region: region, resizedTo: size, filter: filter)
    }
}
