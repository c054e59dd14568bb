package import Imaging

/// The image sizes of a model's image processor, as far as the chat format needs them.
package protocol ImageGeometry: Sendable {
    /// The size to which an image of `size` is resized.
    ///
    /// Throws an error for an image that the model does not support.
    func viewSize(of size: ImageSize) throws -> ImageSize

    /// The number of tokens of an image that has been resized to `viewSize`.
    func tokenCount(of viewSize: ImageSize) -> Int
}
