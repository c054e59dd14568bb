import Imaging

/// A short stand-in for many bytes: other bytes have another one, but for a chance of 1 in 2^128.
///
/// The keys of the hash are drawn when the process starts (unless `SWIFT_DETERMINISTIC_HASHING` is set), so that nobody can
/// prepare bytes that collide; digests of different processes have nothing to do with each other.
package struct ContentDigest: Hashable, Sendable {
    private let halves: [Int]

    package init(of bytes: [UInt8]) {
        halves = (0..<2).map { half in
            var hasher = Hasher()
            hasher.combine(half)
            bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
            return hasher.finalize()
        }
    }
}

/// Tells what the model sees of an image from everything else that it sees: equal ones have equal pixels.
package struct ViewIdentity: Hashable, Sendable {
    private let source: ContentDigest
    private let region: Rectangle
    private let rotation: QuarterTurn
    private let size: ImageSize

    /// - Returns: nil if the source of `view` has no digest.
    package init?(_ view: ViewedImage) {
        guard let digest = view.source.digest else { return nil }
        source = digest
        region = view.region
        rotation = view.rotation
        size = view.viewSize
    }
}
