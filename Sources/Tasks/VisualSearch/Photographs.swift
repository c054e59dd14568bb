import Foundation
import Imaging
import Synchronization

/// A folder of photographs used as scene backgrounds, with a cache of recent backgrounds that is limited in bytes.
package final class PhotographFolder: Sendable {
    private struct Key: Hashable {
        let index: Int
        let side: Double
        let x: Double
        let y: Double
        let canvas: ImageSize
        let contrast: Double
    }

    private struct Recent {
        /// Ordered from least to most recently used.
        var entries: [(key: Key, image: Image)] = []
        var byteCount = 0
    }

    private let folder: URL
    private let names: [String]
    private let byteLimit: Int
    private let recent = Mutex(Recent())

    /// Lists the JPEG, PNG and WebP files of a folder, sorted by name.
    ///
    /// Cached backgrounds take up to `byteLimit` bytes of memory; the most recent one is always kept.
    ///
    /// - Throws: `VisualSearchError.photographs` if the folder cannot be read or has no such files.
    package init(path: String, byteLimit: Int = 64 << 20) throws {
        folder = URL(filePath: path, directoryHint: .isDirectory)
        self.byteLimit = byteLimit
        let files: [String]
        do {
            files = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw VisualSearchError.photographs(folder: path, problem: "it cannot be read")
        }
        let endings = [".jpg", ".jpeg", ".png", ".webp"]
        names = files.filter { name in endings.contains { name.lowercased().hasSuffix($0) } }.sorted()
        guard !names.isEmpty else {
            throw VisualSearchError.photographs(folder: path, problem: "there are no images")
        }
    }

    /// Number of photographs.
    package var count: Int { names.count }

    /// A square of a photograph, resized to the canvas.
    ///
    /// `side` is a fraction of the photograph's shorter side. `x` positions the square from left (0) to right (1), `y` from
    /// top (0) to bottom (1). A contrast of 1 leaves the photograph unchanged, 0 turns it to mid grey.
    ///
    /// - Throws: `ImageError` for a file that cannot be read.
    func background(
        _ index: Int, side: Double, x: Double, y: Double, canvas: ImageSize, contrast: Double
    ) throws -> Image {
        let key = Key(index: index % count, side: side, x: x, y: y, canvas: canvas, contrast: contrast)
        let known = recent.withLock { recent -> Image? in
            guard let position = recent.entries.firstIndex(where: { $0.key == key }) else { return nil }
            recent.entries.append(recent.entries.remove(at: position))
            return recent.entries.last?.image
        }
        if let known { return known }
        let image = try prepare(key)
        recent.withLock { recent in
            guard !recent.entries.contains(where: { $0.key == key }) else { return }
            recent.entries.append((key, image))
            recent.byteCount += image.pixels.count
            while recent.byteCount > byteLimit, recent.entries.count > 1 {
                recent.byteCount -= recent.entries.removeFirst().image.pixels.count
            }
        }
        return image
    }

    private func prepare(_ key: Key) throws -> Image {
        let file = folder.appending(path: names[key.index])
        let encoded = try EncodedImage(path: file.path(percentEncoded: false))
        let size = encoded.size
        let side = max(1, Int(Double(min(size.width, size.height)) * key.side))
        let left = Int(Double(size.width - side) * key.x)
        let top = Int(Double(size.height - side) * key.y)
        let square = Rectangle(PixelRegion(x: left, y: top, width: side, height: side))
        let image = try encoded.decoded(region: square).resized(to: key.canvas)
        let contrast = Int32((key.contrast * 256).rounded())
        let table = (0..<256).map { UInt8(clamping: 128 + (Int32($0) - 128) * contrast / 256) }
        return Image(size: image.size, pixels: image.pixels.map { table[Int($0)] })
    }
}
