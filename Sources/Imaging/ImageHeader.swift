/// The header of an image, and its orientation, wherever the format stores it.
struct ImageHeader {
    var format: ImageFormat
    /// Stored size, before applying the orientation; not yet checked against limits.
    var storedSize: ImageSize
    var orientation = Orientation.upright

    /// Parses without allocating memory. Throws `ImageError` for unsupported formats, damaged headers and animations.
    init(_ bytes: ByteReader, name: String) throws(ImageError) {
        guard bytes.count > 0 else { throw ImageError(.open, name, .empty) }
        guard let format = ImageFormat(bytes) else {
            throw ImageError(.open, name, .unsupportedFormat(ImageFormat.name(ofUnsupported: bytes)))
        }
        self.format = format
        let header: (size: ImageSize, orientation: Orientation)? =
            switch format {
            case .jpeg: Self.jpeg(bytes)
            case .png: Self.png(bytes)
            case .webp: try Self.webp(bytes, name: name)
            }
        guard let header else {
            throw ImageError(.open, name, .damaged("its header ends too early or is not valid"))
        }
        storedSize = header.size
        orientation = header.orientation
    }
}

// MARK: JPEG

extension ImageHeader {
    /// Walks the segments up to the start of the first scan (ITU-T T.81, annex B).
    private static func jpeg(_ bytes: ByteReader) -> (ImageSize, Orientation)? {
        var size: ImageSize?
        var orientation: Orientation?
        var position = 2
        while true {
            guard let byte = bytes.byte(position), let marker = bytes.byte(position + 1) else { return nil }
            guard byte == 0xFF, marker != 0x00, marker != 0xFF else {
                // Fill bytes, and stray bytes that decoders skip too.
                position += 1
                continue
            }
            position += 2
            switch marker {
            case 0x01, 0xD0...0xD8:
                continue
            case 0xD9:
                return nil
            case 0xDA:
                return size.map { ($0, orientation ?? .upright) }
            default:
                guard let length = bytes.bigEndian16(position), length >= 2 else { return nil }
                let segment = bytes.part(position + 2, count: length - 2)
                if isStartOfFrame(marker) {
                    guard size == nil, let height = segment.bigEndian16(1), let width = segment.bigEndian16(3)
                    else { return nil }
                    size = ImageSize(width: width, height: height)
                } else if marker == 0xE1, orientation == nil, segment.starts(with: "Exif\0\0") {
                    orientation = Orientation(exif: segment.part(6))
                }
                position += length
            }
        }
    }

    /// C0...CF except the tables (C4, CC) and the reserved C8.
    private static func isStartOfFrame(_ marker: Int) -> Bool {
        (0xC0...0xCF).contains(marker) && marker != 0xC4 && marker != 0xC8 && marker != 0xCC
    }
}

// MARK: PNG

extension ImageHeader {
    /// Reads IHDR, and searches the chunks for eXIf, which may come before or after the pixels.
    private static func png(_ bytes: ByteReader) -> (ImageSize, Orientation)? {
        guard bytes.bigEndian32(8) == 13, bytes.starts(with: "IHDR", at: 12),
            let width = bytes.bigEndian32(16), let height = bytes.bigEndian32(20)
        else { return nil }
        var position = 33
        while let length = bytes.bigEndian32(position), position + 8 + length <= bytes.count {
            if bytes.starts(with: "eXIf", at: position + 4) {
                let orientation = Orientation(exif: bytes.part(position + 8, count: length))
                return (ImageSize(width: width, height: height), orientation ?? .upright)
            }
            position += 12 + length
        }
        return (ImageSize(width: width, height: height), .upright)
    }
}

// MARK: WebP

extension ImageHeader {
    /// Reads the first chunk of the RIFF container, and EXIF if the extended header announces it.
    private static func webp(
        _ bytes: ByteReader, name: String
    ) throws(ImageError) -> (ImageSize, Orientation)? {
        let chunk = bytes.part(20)
        if bytes.starts(with: "VP8 ", at: 12) {
            guard chunk.starts(with: [0x9D, 0x01, 0x2A], at: 3),
                let width = chunk.littleEndian16(6), let height = chunk.littleEndian16(8)
            else { return nil }
            // The two high bits are a scale for display.
            return (ImageSize(width: width & 0x3FFF, height: height & 0x3FFF), .upright)
        }
        if bytes.starts(with: "VP8L", at: 12) {
            guard chunk.byte(0) == 0x2F, let bits = chunk.littleEndian32(1) else { return nil }
            return (ImageSize(width: bits & 0x3FFF + 1, height: bits >> 14 & 0x3FFF + 1), .upright)
        }
        guard bytes.starts(with: "VP8X", at: 12), let flags = chunk.byte(0),
            let width = chunk.littleEndian24(4), let height = chunk.littleEndian24(7)
        else { return nil }
        guard flags & 0x02 == 0 else {
            throw ImageError(.open, name, .unsupportedVariant("it is an animated WebP image"))
        }
        let orientation = flags & 0x08 != 0 ? webpOrientation(bytes) : nil
        return (ImageSize(width: width + 1, height: height + 1), orientation ?? .upright)
    }

    private static func webpOrientation(_ bytes: ByteReader) -> Orientation? {
        var position = 12
        while let length = bytes.littleEndian32(position + 4) {
            if bytes.starts(with: "EXIF", at: position) {
                let payload = bytes.part(position + 8, count: length)
                // Some writers include the prefix that is specific to JPEG.
                return Orientation(exif: payload.starts(with: "Exif\0\0") ? payload.part(6) : payload)
            }
            position += 8 + length + length % 2
        }
        return nil
    }
}
