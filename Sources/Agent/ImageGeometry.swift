package import Imaging

/// How large images are when the model sees them: the image processor's part in a chat format.
package protocol ImageGeometry: Sendable {
    /// The size to which an image of `size` is resized.
    ///
    /// Throws for an image the model cannot take.
    func viewSize(of size: ImageSize) throws -> ImageSize

    /// The number of tokens of an image that has been resized to `viewSize`.
    func tokenCount(of viewSize: ImageSize) -> Int
}
