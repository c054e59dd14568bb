/// Classifies IP addresses, so that requests cannot make the server connect to internal ones (SSRF).
package enum AddressRange {
    /// Whether an address is on the public internet: not loopback, private, link-local, multicast or reserved (IANA
    /// special-purpose registries, RFC 6890 and its updates).
    ///
    /// - Parameter bytes: 4 bytes of IPv4 or 16 of IPv6, in network order; any other length is not public.
    package static func isPublic(_ bytes: [UInt8]) -> Bool {
        switch bytes.count {
        case 4: !version4.contains { $0.contains(bytes) }
        case 16: isPublicVersion6(bytes)
        default: false
        }
    }

    /// IPv6 addresses that embed an IPv4 address are classified by the embedded one.
    private static func isPublicVersion6(_ bytes: [UInt8]) -> Bool {
        let leading = bytes.prefix(12)
        if leading.elementsEqual(mapped) || leading.elementsEqual(translated) {
            return isPublic(Array(bytes.suffix(4)))
        }
        // 6to4 (2002::/16) embeds an IPv4 address after its first two bytes.
        if bytes[0] == 0x20, bytes[1] == 0x02 { return isPublic(Array(bytes[2..<6])) }
        guard globalUnicast.contains(bytes) else { return false }
        return !version6.contains { $0.contains(bytes) }
    }

    private struct Block {
        let prefix: [UInt8]
        let bitCount: Int

        init(_ prefix: [UInt8], _ bitCount: Int) {
            self.prefix = prefix
            self.bitCount = bitCount
        }

        func contains(_ address: [UInt8]) -> Bool {
            for bit in 0..<bitCount {
                let mask = UInt8(0x80 >> (bit % 8))
                let wanted = bit / 8 < prefix.count ? prefix[bit / 8] & mask : 0
                if address[bit / 8] & mask != wanted { return false }
            }
            return true
        }
    }

    private static let version4 = [
        Block([0], 8), Block([10], 8), Block([100, 64], 10), Block([127], 8), Block([169, 254], 16),
        Block([172, 16], 12), Block([192, 0, 0], 24), Block([192, 0, 2], 24), Block([192, 88, 99], 24),
        Block([192, 168], 16), Block([198, 18], 15), Block([198, 51, 100], 24), Block([203, 0, 113], 24),
        Block([224], 4), Block([240], 4),
    ]

    private static let mapped: [UInt8] = Array(repeating: 0, count: 10) + [0xFF, 0xFF]
    private static let translated: [UInt8] = [0x00, 0x64, 0xFF, 0x9B] + Array(repeating: 0, count: 8)
    private static let globalUnicast = Block([0x20], 3)
    private static let version6 = [
        Block([0x20, 0x01, 0x00], 23), Block([0x20, 0x01, 0x0D, 0xB8], 32), Block([0x3F, 0xFF, 0x00], 20),
    ]
}
