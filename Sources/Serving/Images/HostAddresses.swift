import Foundation
import NIOCore

/// Resolves host names.
enum HostAddresses {
    /// A numeric address of `host` if all of its addresses are public, else nil.
    ///
    /// Blocks during name resolution.
    static func publicAddress(of host: String) -> String? {
        guard let addresses = addresses(of: host), !addresses.isEmpty,
            addresses.allSatisfy({ AddressRange.isPublic($0.bytes) })
        else { return nil }
        return addresses[0].number
    }

    private static func addresses(of host: String) -> [(number: String, bytes: [UInt8])]? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return nil }
        defer { freeaddrinfo(list) }
        return sequence(first: list) { $0?.pointee.ai_next }.prefix { $0 != nil }.compactMap { entry in
            guard let entry, let address = entry.pointee.ai_addr else { return nil }
            return read(address, family: entry.pointee.ai_family)
        }
    }

    private static func read(
        _ address: UnsafeMutablePointer<sockaddr>, family: Int32
    ) -> (number: String, bytes: [UInt8])? {
        switch family {
        case AF_INET:
            let bytes = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { pointer in
                withUnsafeBytes(of: pointer.pointee.sin_addr) { Array($0) }
            }
            return (bytes.map(String.init).joined(separator: "."), bytes)
        case AF_INET6:
            let bytes = address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { pointer in
                withUnsafeBytes(of: pointer.pointee.sin6_addr) { Array($0) }
            }
            let groups = stride(from: 0, to: 16, by: 2).map { index in
                String(UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1]), radix: 16)
            }
            return (groups.joined(separator: ":"), bytes)
        default: return nil
        }
    }
}
