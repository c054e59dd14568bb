import Imaging

/// A 128-bit hash of bytes; different bytes collide with probability 2^-128.
///
/// The hash keys are random per process (unless `SWIFT_DETERMINISTIC_HASHING` is set), so that colliding bytes cannot be
/// prepared. Digests of different processes are not comparable.
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

/// Identifies a view by its pixels: views with equal identities have equal pixels.
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
