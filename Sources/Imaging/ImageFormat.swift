/// The supported image formats.
package enum ImageFormat: String, Hashable, Sendable, Codable, CaseIterable {
    case jpeg, png, webp

    /// Detects the format from the first bytes, regardless of the file's name.
    init?(_ bytes: ByteReader) {
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if bytes.starts(with: "RIFF"), bytes.starts(with: "WEBP", at: 8) {
            self = .webp
        } else {
            return nil
        }
    }

    /// A description of an unsupported format, for messages.
    static func name(ofUnsupported bytes: ByteReader) -> String {
        let signatures: [(text: String, offset: Int, name: String)] = [
            ("GIF8", 0, "a GIF image"), ("BM", 0, "a BMP image"), ("II*\0", 0, "a TIFF image"),
            ("MM\0*", 0, "a TIFF image"), ("ftypavif", 4, "an AVIF image"),
            ("ftyp", 4, "a HEIC image or a video"),
            ("jP  ", 4, "a JPEG 2000 image"), ("%PDF", 0, "a PDF document"),
            ("<", 0, "an SVG, HTML or XML text"),
            ("{", 0, "a JSON text"),
        ]
        return signatures.first { bytes.starts(with: $0.text, at: $0.offset) }?.name ?? "of an unknown format"
    }
}
