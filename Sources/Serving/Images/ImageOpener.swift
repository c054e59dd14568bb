import Agent
import Imaging

/// Decodes the images of requests before they reach the model, one image at a time.
///
/// A damaged image is rejected as a bad request, the model does not wait for another request's large photo, and memory
/// does not grow with the number of requests.
actor ImageOpener {
    private let rules: ImageRules

    init(_ rules: ImageRules) { self.rules = rules }

    /// Decodes an image file to the view that the model sees.
    ///
    /// - Parameters:
    ///   - bytes: the file's contents.
    ///   - format: the model's chat format.
    ///   - parameter: path of the image within the request, for errors.
    ///   - index: index of the image within the request.
    /// - Throws: ``APIError``.
    func view(
        of bytes: [UInt8], in format: any ChatFormat, parameter: String, index: Int
    ) throws -> ViewedImage {
        do {
            let file = try EncodedImage(bytes: bytes, limits: rules.limits, name: parameter)
            let view = try format.view(file, as: .example(index))
            let shown = try view.resizedPixels()
            let image = OpenedImage(file: file, shown: shown, digest: ContentDigest(of: bytes))
            return try format.view(image, as: .example(index))
        } catch {
            throw APIError(
                status: 400, .invalidRequest, "\(error)", parameter: parameter, code: "invalid_image")
        }
    }
}

/// An image file with its decoded pixels at the size that the model sees.
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
