import HTTPTypes
import Hummingbird
import NIOCore

/// Reads the body of a request that must be JSON in UTF-8, uncompressed.
struct JSONBodyReader {
    private let request: Request

    /// - Throws: ``APIError`` with status 415 if the headers describe another body.
    init(_ request: Request) throws(APIError) {
        self.request = request
        let type = request.headers[.contentType]?.lowercased() ?? ""
        guard type.hasPrefix("application/json") else {
            throw .unsupportedMedia("the body must be JSON, with Content-Type: application/json")
        }
        if let charset = Self.charset(in: type), !["utf-8", "utf8", "us-ascii"].contains(charset) {
            throw Self.notUTF8(charset)
        }
        if let coding = request.headers[.contentEncoding]?.lowercased(), coding != "identity" {
            throw Self.compressed(coding)
        }
    }

    /// The bytes of the body, without a byte-order mark.
    ///
    /// - Parameter limit: maximum number of bytes.
    /// - Throws: ``APIError``.
    func bytes(limit: Int) async throws -> ByteBufferView {
        let problem = APIError.tooLarge("the body must not exceed \(limit) bytes")
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit { throw problem }
        let bytes: ByteBufferView
        do {
            var request = request
            bytes = try await request.collectBody(upTo: limit).readableBytesView
        } catch is NIOTooManyBytesError {
            throw problem
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return bytes.dropFirst(3) }
        if bytes.starts(with: [0x1F, 0x8B]) { throw Self.compressed("gzip") }
        // JSON starts with an ASCII character; in UTF-16 and UTF-32 it has a zero byte, or a mark is before it.
        if bytes.prefix(2).contains(0) || bytes.starts(with: [0xFF, 0xFE])
            || bytes.starts(with: [0xFE, 0xFF])
        {
            throw Self.notUTF8("utf-16")
        }
        return bytes
    }

    private static func charset(in type: String) -> String? {
        let parameters = type.split(separator: ";").dropFirst().map { $0.filter { !" \"".contains($0) } }
        return parameters.first { $0.hasPrefix("charset=") }.map { String($0.dropFirst(8)) }
    }

    private static func notUTF8(_ charset: String) -> APIError {
        .unsupportedMedia("the body is encoded as \(charset); send JSON as UTF-8")
    }

    private static func compressed(_ coding: String) -> APIError {
        .unsupportedMedia(
            "the body is compressed (\(coding)); send it uncompressed", headers: [.acceptEncoding: "identity"]
        )
    }
}
