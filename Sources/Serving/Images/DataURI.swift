import Foundation

/// A data URI (RFC 2397) with base64 data.
///
/// The data is read as browsers read it: white space and missing padding are accepted. The URL-safe alphabet is too.
enum DataURI {
    /// Whether an address is a data URI.
    static func isDataURI(_ address: String) -> Bool { address.prefix(5).lowercased() == "data:" }

    /// The bytes of a data URI.
    ///
    /// - Parameters:
    ///   - address: the URI.
    ///   - parameter: its path within the request, for errors.
    /// - Throws: ``APIError`` that says where the data is wrong.
    static func bytes(of address: String, parameter: String) throws(APIError) -> [UInt8] {
        guard let comma = address.firstIndex(of: ",") else {
            throw .invalid(parameter, "is a data URI without a comma before its data")
        }
        guard address[..<comma].lowercased().hasSuffix(";base64") else {
            throw .invalid(parameter, "is a data URI without ;base64; encode the file as base64")
        }
        let text = address[address.index(after: comma)...]
        if !text.hasSuffix("==="), let data = Data(base64Encoded: String(text)) {
            guard !data.isEmpty else { throw .invalid(parameter, "is a data URI without data") }
            return Array(data)
        }
        return try bytes(ofLenient: Array(text.utf8), parameter: parameter)
    }

    private static func bytes(ofLenient text: [UInt8], parameter: String) throws(APIError) -> [UInt8] {
        var digits: [UInt8] = []
        digits.reserveCapacity(text.count)
        var paddingCount = 0
        for (index, byte) in text.enumerated() {
            switch byte {
            case UInt8(ascii: " "), 0x09, 0x0A, 0x0C, 0x0D: continue
            case UInt8(ascii: "="): paddingCount += 1
            case _ where paddingCount > 0:
                throw .invalid(
                    parameter, "has base64 data after its padding, at character \(index + 1) of the data")
            case UInt8(ascii: "-"): digits.append(UInt8(ascii: "+"))
            case UInt8(ascii: "_"): digits.append(UInt8(ascii: "/"))
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                digits.append(byte)
            default:
                throw .invalid(
                    parameter,
                    "has a character that is not base64, at character \(index + 1) of the data: \(spelled(byte))"
                )
            }
        }
        guard digits.count % 4 != 1 else {
            throw .invalid(
                parameter,
                "has \(digits.count) base64 characters, which encode no whole number of bytes; "
                    + "the data is cut short or has been changed")
        }
        digits += Array(repeating: UInt8(ascii: "="), count: (4 - digits.count % 4) % 4)
        guard paddingCount <= 2, let data = Data(base64Encoded: Data(digits)) else {
            throw .invalid(parameter, "has \(paddingCount) padding characters; base64 has at most 2")
        }
        guard !data.isEmpty else { throw .invalid(parameter, "is a data URI without data") }
        return Array(data)
    }

    private static func spelled(_ byte: UInt8) -> String {
        (0x21..<0x7F).contains(byte) ? String(Unicode.Scalar(byte)) : "byte \(byte)"
    }
}
