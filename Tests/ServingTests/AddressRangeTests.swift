import Foundation
import JSON
import Serving
import Testing

/// Which addresses may be connected to for an image; nothing is sent.
@Suite struct AddressRangeTests {
    @Test(arguments: [
        "0.0.0.0", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.0.9",
        "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.1.1",
        "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.1.1.1",
        "255.255.255.255",
        "::", "::1", "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1", "2001::1", "100::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::",
        "2002:a00:1::",
        "3fff::1", "4000::1",
    ])
    func isNotPublic(address: String) throws {
        #expect(!AddressRange.isPublic(try bytes(address)))
    }

    @Test(arguments: [
        "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.1",
        "169.253.255.255", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "198.17.255.255",
        "198.20.0.0", "223.255.255.255",
        "2606:4700::1111", "2a00:1450:4001::200e", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::",
    ])
    func isPublic(address: String) throws {
        #expect(AddressRange.isPublic(try bytes(address)))
    }

    @Test(arguments: [0, 1, 3, 5, 15, 17])
    func anythingElseIsNot(count: Int) {
        #expect(!AddressRange.isPublic(Array(repeating: 8, count: count)))
    }

    private func bytes(_ address: String) throws -> [UInt8] {
        let family = address.contains(":") ? AF_INET6 : AF_INET
        var bytes = [UInt8](repeating: 0, count: family == AF_INET ? 4 : 16)
        try #require(inet_pton(family, address, &bytes) == 1)
        return bytes
    }
}
