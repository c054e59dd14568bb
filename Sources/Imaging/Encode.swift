import CImaging

/// Chroma subsampling of a JPEG file.
package enum ChromaSampling: Hashable, Sendable {
    /// Half the luma resolution in both directions (4:2:0), for photographs.
    case half
    /// At full resolution (4:4:4), for drawings and text.
    case full
}

extension Image {
    /// Encodes as PNG, with fast compression. Throws `ImageError`.
    package func encodedPNG() throws(ImageError) -> [UInt8] {
        try encoded { pixels, size, output in imaging_encode_png(pixels, size, 1, output) }
    }

    /// Encodes as JPEG; `quality` is 1...100. Throws `ImageError`, also if a side exceeds JPEG's limit of 65,500 pixels.
    package func encodedJPEG(
        quality: Int = 90, chroma: ChromaSampling = .half
    ) throws(ImageError) -> [UInt8] {
        precondition((1...100).contains(quality), "no JPEG quality \(quality)")
        return try encoded { pixels, size, output in
            imaging_encode_jpeg(pixels, size, Int32(quality), chroma == .full ? 1 : 0, output)
        }
    }

    private func encoded(
        _ encode: (UnsafePointer<UInt8>, ImagingSize, UnsafeMutablePointer<ImagingBuffer>) -> ImagingStatus
    ) throws(ImageError) -> [UInt8] {
        let size = ImagingSize(width: UInt32(size.width), height: UInt32(size.height))
        var buffer = ImagingBuffer()
        let status = pixels.withUnsafeBufferPointer { pixels in
            pixels.baseAddress.map { encode($0, size, &buffer) }
        }
        defer { imaging_release(buffer) }
        if let problem = status?.problem { throw ImageError(.encode, "the image", problem) }
        return Array(UnsafeBufferPointer(start: buffer.bytes, count: buffer.count))
    }
}

extension ImagingStatus {
    /// The problem, or nil on success.
    var problem: ImageError.Problem? {
        let text = withUnsafeBytes(of: message) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return switch code {
        case .OK: nil
        case .damaged: .damaged(text)
        case .unsupported: .unsupportedVariant(text)
        case .outOfMemory: .outOfMemory
        }
    }
}
