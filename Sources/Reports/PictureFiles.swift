package import Foundation
import Runs

/// A folder beside a page for its pictures. Equal pictures are one file.
package struct PictureFiles: Sendable {
    private let folder: URL
    /// The folder's path relative to the page.
    private let path: String

    /// - Parameters:
    ///   - path: the folder of the pictures, relative to the page.
    ///   - page: the folder of the page.
    /// - Throws: a file error if the folder cannot be made.
    package init(_ path: String, beside page: URL) throws {
        self.path = path
        folder = page.appending(path: path)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// Writes a picture and returns it as a reference to its file.
    ///
    /// - Throws: `RunError` if the file cannot be written.
    func stored(_ image: ReportImage) throws -> ReportImage {
        let name = "\(Self.digest(image.bytes)).\(image.format == .png ? "png" : "jpg")"
        let file = folder.appending(path: name)
        if !FileManager.default.fileExists(atPath: file.path) {
            try AtomicFile.write(image.bytes, to: file)
        }
        return ReportImage(file: "\(path)/\(name)", of: image)
    }

    /// FNV-1a over the bytes, with their number.
    private static func digest(_ bytes: Data) -> String {
        let hash = bytes.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return "\(String(hash, radix: 36))-\(String(bytes.count, radix: 36))"
    }
}
