package import Foundation
package import Imaging
import JSON
import Parquet

/// An image as a row of a file names it.
enum WrittenImage: Sendable {
    /// A path, a `file://` URL or a base64 data URI.
    case address(String)
    /// The bytes of an image file.
    case bytes([UInt8])

    /// The images under a key: one image or a list of them. null, an empty text and NaN, which pandas writes for a missing
    /// value, are no image.
    ///
    /// - Throws: ``RowError`` for anything else.
    static func all(in value: JSONValue?, at path: String) throws(RowError) -> [WrittenImage] {
        switch value {
        case nil, .null, .string(""): return []
        case .array(let list):
            var images: [WrittenImage] = []
            for (index, value) in list.enumerated() {
                images.append(try WrittenImage(value, at: "\(path)[\(index)]"))
            }
            return images
        case let value?: return [try WrittenImage(value, at: path)]
        }
    }

    /// The same for a column of a Parquet file.
    ///
    /// - Throws: ``RowError`` for anything else.
    static func all(in value: ColumnValue?, at path: String) throws(RowError) -> [WrittenImage] {
        switch value {
        case nil, .null, .string(""): return []
        case .number(let number) where number.isNaN: return []
        case .list(let list):
            var images: [WrittenImage] = []
            for (index, value) in list.enumerated() {
                images.append(try WrittenImage(value, at: "\(path)[\(index)]"))
            }
            return images
        case let value?: return [try WrittenImage(value, at: path)]
        }
    }

    /// A text, or an object with `url`, `path` or base64 `bytes`.
    ///
    /// - Throws: ``RowError`` for anything else.
    init(_ value: JSONValue, at path: String) throws(RowError) {
        if let bytes = value["bytes"]?.string, !bytes.isEmpty {
            guard let data = Data(base64Encoded: bytes, options: .ignoreUnknownCharacters) else {
                throw RowError(problem: "\(path).bytes is not base64")
            }
            self = .bytes([UInt8](data))
            return
        }
        guard let address = value.string ?? value["path"]?.string ?? value["url"]?.string, !address.isEmpty
        else {
            throw RowError(
                problem:
                    "\(path) must be a path, a data URI or an object with bytes or path, not \(value.kind)")
        }
        self = .address(address)
    }

    /// Bytes, a text, or a structure with `bytes` or `path`.
    ///
    /// - Throws: ``RowError`` for anything else.
    private init(_ value: ColumnValue, at path: String) throws(RowError) {
        if let bytes = value.bytes ?? value["bytes"]?.bytes {
            self = .bytes(bytes)
            return
        }
        if case .structure = value, value["path"]?.string ?? "" == "" {
            throw RowError(problem: "\(path) has neither bytes nor path")
        }
        guard let address = value.string ?? value["path"]?.string, !address.isEmpty else {
            throw RowError(problem: "\(path) must be bytes, a path or both, not \(value.kind)")
        }
        self = .address(address)
    }

    /// Reads the image's header.
    ///
    /// - Parameters:
    ///   - name: the name of an image that has no path, for messages.
    ///   - folder: the folder that paths are relative to.
    /// - Throws: `ImageError`, or ``RowError`` for an address that cannot be followed.
    func image(named name: String, in folder: URL) throws -> EncodedImage {
        switch self {
        case .bytes(let bytes): try EncodedImage(bytes: bytes, name: name)
        case .address(let address): try ImageAddress.image(at: address, in: folder)
        }
    }
}

/// Loads images from paths and data URIs.
package enum ImageAddress {
    /// - Parameters:
    ///   - address: a path, a `file://` URL, or a base64 data URI.
    ///   - folder: the folder that paths are relative to.
    /// - Throws: `ImageError`, or ``RowError`` for an invalid data URI or an address on the web.
    package static func image(at address: String, in folder: URL) throws -> EncodedImage {
        if address.hasPrefix("http://") || address.hasPrefix("https://") {
            throw RowError(problem: "\(address) is on the web; download the image and give its path")
        }
        guard address.hasPrefix("data:") else {
            let path = address.hasPrefix("file://") ? String(address.dropFirst(7)) : address
            return try EncodedImage(path: URL(filePath: path, relativeTo: folder).path)
        }
        guard let comma = address.firstIndex(of: ","), address[..<comma].hasSuffix(";base64"),
            let bytes = Data(base64Encoded: String(address[address.index(after: comma)...]))
        else { throw RowError(problem: "an image's data URI is not base64") }
        return try EncodedImage(bytes: [UInt8](bytes), name: "image in a data URI")
    }
}
