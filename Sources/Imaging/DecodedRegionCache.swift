import Synchronization

/// A cache of decoded image regions with a memory limit; the least recently used regions are evicted.
///
/// A region inside a cached region is cropped from it. The cache can be used concurrently. Decoding happens outside the lock,
/// so two tasks that miss the same region at once both decode it.
package final class DecodedRegionCache: Sendable {
    /// Limit for all pixels together.
    package let maximumBytes: Int

    private let contents = Mutex(Contents())

    /// Creates a cache for `maximumBytes` bytes, 3 per pixel; 0 disables caching.
    package init(maximumBytes: Int = 256 << 20) {
        self.maximumBytes = maximumBytes
    }

    /// Size of the cached pixels.
    package var byteCount: Int { contents.withLock { $0.byteCount } }

    /// The number of cache hits and misses.
    package var requestCounts: (hits: Int, misses: Int) { contents.withLock { ($0.hits, $0.misses) } }

    /// The pixels of a box, rounded as by `Rectangle.pixels(in:)`. Throws `ImageError`.
    package func decoded(_ source: EncodedImage, region box: Rectangle) throws(ImageError) -> Image {
        guard let region = box.pixels(in: source.size) else {
            throw ImageError(.crop, source.name, .emptyRegion(box, source.size))
        }
        return try decoded(source, region: region)
    }

    /// A region, which must be inside the image. Throws `ImageError`.
    package func decoded(_ source: EncodedImage, region: PixelRegion) throws(ImageError) -> Image {
        if let kept = contents.withLock({ $0.find(region, of: source.id) }) {
            let inner = PixelRegion(
                x: region.x - kept.region.x, y: region.y - kept.region.y,
                width: region.width, height: region.height)
            return kept.image.cropped(to: inner)
        }
        let image = try source.decoded(region: region)
        contents.withLock { $0.keep(image, region, of: source.id, maximumBytes: maximumBytes) }
        return image
    }
}

extension DecodedRegionCache {
    private struct Entry {
        let region: PixelRegion
        let image: Image
        var lastUse: UInt64
    }

    private struct Contents {
        private var entries: [EncodedImage.ID: [Entry]] = [:]
        private var clock: UInt64 = 0
        private(set) var byteCount = 0
        private(set) var hits = 0
        private(set) var misses = 0

        mutating func find(_ region: PixelRegion, of id: EncodedImage.ID) -> (
            region: PixelRegion, image: Image
        )? {
            clock += 1
            guard let index = entries[id]?.firstIndex(where: { $0.region.contains(region) }) else {
                misses += 1
                return nil
            }
            hits += 1
            entries[id]?[index].lastUse = clock
            return entries[id].map { ($0[index].region, $0[index].image) }
        }

        mutating func keep(_ image: Image, _ region: PixelRegion, of id: EncodedImage.ID, maximumBytes: Int) {
            guard image.pixels.count <= maximumBytes else { return }
            var parts = entries[id] ?? []
            // Another task may have added the same region meanwhile; smaller regions inside the new one are redundant.
            guard !parts.contains(where: { $0.region.contains(region) }) else { return }
            byteCount -= parts.filter { region.contains($0.region) }.reduce(0) { $0 + $1.image.pixels.count }
            parts.removeAll { region.contains($0.region) }
            clock += 1
            parts.append(Entry(region: region, image: image, lastUse: clock))
            entries[id] = parts
            byteCount += image.pixels.count
            // Evicts more than necessary, so that a search for the oldest regions is needed less often.
            if byteCount > maximumBytes { shrink(to: maximumBytes - maximumBytes / 8) }
        }

        /// Evicts the least recently used regions.
        private mutating func shrink(to maximumBytes: Int) {
            let oldestFirst = entries.values.joined()
                .map { (lastUse: $0.lastUse, byteCount: $0.image.pixels.count) }
                .sorted { $0.lastUse < $1.lastUse }
            var horizon: UInt64 = 0
            for entry in oldestFirst {
                guard byteCount > maximumBytes else { break }
                byteCount -= entry.byteCount
                horizon = entry.lastUse
            }
            for (id, parts) in entries {
                let kept = parts.filter { $0.lastUse > horizon }
                if kept.count < parts.count { entries[id] = kept.isEmpty ? nil : kept }
            }
        }
    }
}
