package import Agent
import Dispatch
package import Imaging
import Synchronization

/// Prepares images for the vision encoder: resizes and normalises them and splits them into patches.
///
/// The values are equal to those of transformers' `Qwen2VLImageProcessor` (the Pillow-backed one), element by element.
package struct ImageProcessor: Sendable {
    package let configuration: ProcessorConfiguration
    /// The normalised value of each 8-bit level, [channel, 256].
    private let levels: [Float]

    package init(_ configuration: ProcessorConfiguration) {
        self.configuration = configuration
        levels = zip(configuration.mean, configuration.standardDeviation).flatMap { mean, deviation in
            (0..<256).map { level in
                (Float(Double(level) * configuration.rescaleFactor) - Float(mean)) / Float(deviation)
            }
        }
    }

    /// The size to which an image of `size` is resized for the model (`smart_resize`).
    ///
    /// Sides are multiples of the token side (28 by default). The area is between the limits. The aspect ratio is kept as
    /// closely as that allows.
    ///
    /// Throws `ImageProcessorError` for an empty image and for an aspect ratio above 200.
    package func viewSize(of size: ImageSize) throws(ImageProcessorError) -> ImageSize {
        let (width, height) = (Double(size.width), Double(size.height))
        guard width > 0, height > 0 else { throw ImageProcessorError(size: size, problem: "it is empty") }
        guard max(width, height) / min(width, height) <= 200 else {
            throw ImageProcessorError(
                size: size, problem: "one side is more than 200 times the other; crop it")
        }
        let side = Double(configuration.tokenSide)
        let (minimum, maximum) = (Double(configuration.minimumPixels), Double(configuration.maximumPixels))
        // Halves are rounded to the even multiple, as in Python's `round`.
        var view = (
            width: (width / side).rounded(.toNearestOrEven) * side,
            height: (height / side).rounded(.toNearestOrEven) * side
        )
        if view.width * view.height > maximum {
            let shrink = (width * height / maximum).squareRoot()
            view.width = max(side, (width / shrink / side).rounded(.down) * side)
            view.height = max(side, (height / shrink / side).rounded(.down) * side)
        } else if view.width * view.height < minimum {
            let growth = (minimum / (width * height)).squareRoot()
            view.width = (width * growth / side).rounded(.up) * side
            view.height = (height * growth / side).rounded(.up) * side
        }
        return ImageSize(width: Int(view.width), height: Int(view.height))
    }

    /// The patch grid of an image at `viewSize`.
    package func grid(of viewSize: ImageSize) -> PatchGrid {
        PatchGrid(
            rows: viewSize.height / configuration.patchSize, columns: viewSize.width / configuration.patchSize
        )
    }

    /// The number of tokens of an image at `viewSize`.
    package func tokenCount(of viewSize: ImageSize) -> Int {
        grid(of: viewSize).merged(by: configuration.mergeSize).count
    }

    /// Resizes `image` to its view size and splits it into patches.
    package func patches(resizing image: Image) throws(ImageProcessorError) -> ImagePatches {
        let size = try viewSize(of: image.size)
        return patches(of: size == image.size ? image : image.resized(to: size))
    }

    /// The patches of `views`, in order; images are decoded in parallel.
    package func patches(of views: [ViewedImage]) -> [Result<ImagePatches, any Error>] {
        let results = Mutex([Result<ImagePatches, any Error>?](repeating: nil, count: views.count))
        DispatchQueue.concurrentPerform(iterations: views.count) { index in
            let result = Result { try patches(of: views[index].resizedPixels()) }
            results.withLock { $0[index] = result }
        }
        return results.withLock { $0.compactMap(\.self) }
    }

    /// Normalises an image and splits it into patches; its sides must be multiples of the token side.
    package func patches(of image: Image) -> ImagePatches {
        let side = configuration.tokenSide
        precondition(
            image.size.width.isMultiple(of: side) && image.size.height.isMultiple(of: side),
            "an image of \(image.size) cannot be split into squares of \(side) pixels")
        let grid = grid(of: image.size)
        let length = 3 * configuration.patchSize * configuration.patchSize
        let values = [Float](unsafeUninitializedCapacity: grid.count * length) { buffer, count in
            image.pixels.withUnsafeBufferPointer { pixels in
                levels.withUnsafeBufferPointer { levels in
                    write(grid, of: pixels, levels: levels, into: buffer)
                }
            }
            count = buffer.count
        }
        return ImagePatches(grid: grid, values: values)
    }

    /// Fills `buffer` [patch, channel, y, x] from the `pixels` [y, x, channel] of an image of `grid` patches, mapped by
    /// `levels` [channel, 256].
    private func write(
        _ grid: PatchGrid, of pixels: UnsafeBufferPointer<UInt8>, levels: UnsafeBufferPointer<Float>,
        into buffer: UnsafeMutableBufferPointer<Float>
    ) {
        let (patch, merge) = (configuration.patchSize, configuration.mergeSize)
        let rowStride = grid.columns * patch * 3
        var target = 0
        func writePatch(row: Int, column: Int) {
            let corner = row * patch * rowStride + column * patch * 3
            for channel in 0..<3 {
                for y in 0..<patch {
                    var source = corner + y * rowStride + channel
                    for _ in 0..<patch {
                        buffer[target] = levels[channel << 8 | Int(pixels[source])]
                        target += 1
                        source += 3
                    }
                }
            }
        }
        for tokenRow in stride(from: 0, to: grid.rows, by: merge) {
            for tokenColumn in stride(from: 0, to: grid.columns, by: merge) {
                for row in tokenRow..<tokenRow + merge {
                    for column in tokenColumn..<tokenColumn + merge { writePatch(row: row, column: column) }
                }
            }
        }
    }
}

/// An image that the model does not support.
package struct ImageProcessorError: Error, Hashable, CustomStringConvertible {
    package let size: ImageSize
    package let problem: String

    package var description: String {
        "the model does not support an image of \(size.width) x \(size.height) pixels: \(problem)"
    }
}
