import AsyncHTTPClient
import Foundation
package import Imaging
import NIOCore
import NIOHTTP1

/// What images a request may bring.
package struct ImageRules: Hashable, Sendable {
    /// Images in one request.
    package var maximumCount = 64
    /// Pixels and bytes of one image; a photo of 8K has 33 million pixels.
    package var limits = ImageLimits(maximumBytes: 64 << 20, maximumPixels: 80_000_000)
    /// Hosts from which images are fetched; none by default.
    package var allowedHosts: Set<String>
    /// Longest time to fetch one.
    package var fetchSeconds = 20

    package init(allowedHosts: Set<String> = []) { self.allowedHosts = allowedHosts }
}

/// Gets the image files of a request: from the request itself, or from hosts that were allowed.
struct RequestImages: Sendable {
    let rules: ImageRules

    /// The bytes of an image file.
    ///
    /// - Parameters:
    ///   - address: a data URI, or an address over http or https.
    ///   - place: of the address within the request, for errors.
    /// - Throws: ``APIError``.
    func bytes(at address: String, place: String) async throws -> [UInt8] {
        if address.prefix(5).lowercased() == "data:" {
            guard let comma = address.firstIndex(of: ","), address[..<comma].hasSuffix(";base64"),
                let data = Data(base64Encoded: String(address[address.index(after: comma)...]))
            else { throw APIError.invalid(place, "the data URI is not base64") }
            return Array(data)
        }
        guard let url = URL(string: address), let scheme = url.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = url.host()?.lowercased(), !host.isEmpty
        else { throw APIError.invalid(place, "must be a data URI with base64, or an address") }
        guard rules.allowedHosts.contains(host), url.user == nil else {
            throw APIError(
                status: 400, .permission, "images are not fetched from \(host); send the image as a data URI",
                parameter: place, code: "image_host_not_allowed")
        }
        return try await fetch(address, host: host, place: place)
    }

    /// Connects to an address that was seen to be public, and to no other, whatever the name resolves to by then.
    private func fetch(_ address: String, host: String, place: String) async throws -> [UInt8] {
        guard let number = HostAddresses.publicAddress(of: host) else {
            throw APIError(
                status: 400, .permission, "\(host) is not a host of the public internet", parameter: place,
                code: "image_host_not_allowed")
        }
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(Int64(rules.fetchSeconds))))
        configuration.dnsOverride = [host: number]
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let response = try await client.execute(
                HTTPClientRequest(url: address), timeout: .seconds(Int64(rules.fetchSeconds)))
            guard response.status == .ok else {
                throw APIError.invalid(place, "\(host) answered \(response.status.code)")
            }
            let body = try await response.body.collect(upTo: rules.limits.maximumBytes)
            try await client.shutdown()
            return Array(body.readableBytesView)
        } catch {
            try? await client.shutdown()
            if error is APIError { throw error }
            throw APIError.invalid(place, "the image cannot be fetched from \(host): \(error)")
        }
    }
}
