/// Decodes tokens to text incrementally. A character that spans several tokens is held back until it is complete, so that the
/// concatenated pieces equal the result of `Tokenizer.decode` for all tokens.
package struct StreamingDecoder {
    private let tokenizer: Tokenizer
    private let skippingSpecials: Bool
    private var assembler = UTF8Assembler()

    package init(_ tokenizer: Tokenizer, skippingSpecials: Bool = false) {
        self.tokenizer = tokenizer
        self.skippingSpecials = skippingSpecials
    }

    /// The text that `token` completes, possibly empty.
    package mutating func append(_ token: Int32) -> String { append(contentsOf: CollectionOfOne(token)) }

    /// The text that `tokens` complete, possibly empty.
    package mutating func append(contentsOf tokens: some Sequence<Int32>) -> String {
        var text: [UInt8] = []
        for token in tokens where !(skippingSpecials && tokenizer.isSpecial(token)) {
            assembler.append(tokenizer.bytes(of: token), to: &text)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// U+FFFD if the tokens end inside a character, else the empty string.
    package mutating func finish() -> String {
        var text: [UInt8] = []
        assembler.finish(&text)
        return String(decoding: text, as: UTF8.self)
    }
}

/// Replaces each maximal subpart of an ill-formed UTF-8 sequence by U+FFFD (The Unicode Standard, section 3.9), independent of
/// how the bytes are split into pieces.
private struct UTF8Assembler {
    /// The bytes of an incomplete character.
    private var pending: [UInt8] = []
    /// The number of missing bytes.
    private var missingCount = 0
    /// The valid values of the next byte.
    private var allowed: ClosedRange<UInt8> = 0x80...0xBF

    mutating func append(_ bytes: some Sequence<UInt8>, to text: inout [UInt8]) {
        for byte in bytes {
            if missingCount > 0 {
                if allowed.contains(byte) {
                    pending.append(byte)
                    missingCount -= 1
                    allowed = 0x80...0xBF
                    if missingCount == 0 {
                        text += pending
                        pending.removeAll(keepingCapacity: true)
                    }
                    continue
                }
                finish(&text)
            }
            start(with: byte, &text)
        }
    }

    /// Replaces a character that will not be completed.
    mutating func finish(_ text: inout [UInt8]) {
        if missingCount > 0 { text += "\u{FFFD}".utf8 }
        missingCount = 0
        pending.removeAll(keepingCapacity: true)
    }

    private mutating func start(with byte: UInt8, _ text: inout [UInt8]) {
        allowed = 0x80...0xBF
        switch byte {
        case 0x00...0x7F:
            text.append(byte)
            return
        case 0xC2...0xDF:
            missingCount = 1
        case 0xE0...0xEF:
            missingCount = 2
            // Overlong forms and surrogates end at their second byte.
            if byte == 0xE0 { allowed = 0xA0...0xBF }
            if byte == 0xED { allowed = 0x80...0x9F }
        case 0xF0...0xF4:
            missingCount = 3
            // So do overlong forms and values above U+10FFFF.
            if byte == 0xF0 { allowed = 0x90...0xBF }
            if byte == 0xF4 { allowed = 0x80...0x8F }
        default:
            text += "\u{FFFD}".utf8
            return
        }
        pending.append(byte)
    }
}
