/// The printable characters that represent bytes in byte-level BPE vocabularies (GPT-2's alphabet).
enum ByteAlphabet {
    /// The bytes in the order of their characters, which is the order of the first 256 tokens of such vocabularies.
    static let order: [UInt8] = {
        let printable = Array(UInt8(0x21)...0x7E) + Array(0xA1...0xAC) + Array(0xAE...0xFF)
        let others = (UInt8.min...UInt8.max).filter { !printable.contains($0) }
        return printable + others
    }()

    private static let scalars: [Unicode.Scalar] = {
        var scalars = (UInt8.min...UInt8.max).map(Unicode.Scalar.init)
        for (index, byte) in order[188...].enumerated() {
            scalars[Int(byte)] = Unicode.Scalar(0x100 + UInt32(index)) ?? "\u{FFFD}"
        }
        return scalars
    }()

    private static let bytes: [UInt8?] = {
        var bytes = [UInt8?](repeating: nil, count: 0x100 + 68)
        for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar.value)] = UInt8(byte) }
        return bytes
    }()

    /// The bytes of a token in a vocabulary file: the byte of each character, or the token's own UTF-8 if a character is not in
    /// the alphabet.
    static func bytes(of token: String) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(token.utf8.count)
        for scalar in token.unicodeScalars {
            guard scalar.value < bytes.count, let byte = bytes[Int(scalar.value)] else {
                return Array(token.utf8)
            }
            result.append(byte)
        }
        return result
    }

    /// The spelling of a token in a vocabulary file.
    static func text(of bytes: some Sequence<UInt8>) -> String {
        var text = String.UnicodeScalarView()
        for byte in bytes { text.append(scalars[Int(byte)]) }
        return String(text)
    }
}
