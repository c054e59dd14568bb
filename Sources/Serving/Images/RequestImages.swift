import Foundation
import HTTP
package import Imaging

/// Limits for images in requests.
package struct ImageRules: Hashable, Sendable {
    /// Maximum number of images in a request.
    package var maximumCount = 64
    /// Limits for one image; an 8K photo has 33 million pixels.
    package var limits = ImageLimits(maximumBytes: 64 << 20, maximumPixels: 80_000_000)
    /// Hosts from which images are fetched; none by default.
    package var allowedHosts: Set<String>
    /// Timeout for fetching an image.
    package var fetchSeconds = 20

    package init(allowedHosts: Set<String> = []) { self.allowedHosts = allowedHosts }
}

/// Reads the image files of a request: from data URIs, or from allowed hosts.
struct RequestImages: Sendable {
    let rules: ImageRules
    private let http = HTTPClient()

    init(rules: ImageRules) { self.rules = rules }

    /// The bytes of an image file.
    ///
    /// - Parameters:
    ///   - address: a data URI, or an http or https URL.
    ///   - parameter: path of the address within the request, for errors.
    /// - Throws: ``APIError``.
    func bytes(at address: String, parameter: String) async throws -> [UInt8] {
        if DataURI.isDataURI(address) { return try DataURI.bytes(of: address, parameter: parameter) }
        guard let url = URL(string: address), let scheme = url.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = url.host()?.lowercased(), !host.isEmpty
        else { throw APIError.invalid(parameter, "must be a base64 data URI or an http(s) URL") }
        guard rules.allowedHosts.contains(host), url.user == nil else {
            throw APIError(
                status: 400, .permission, "images are not fetched from \(host); send the image as a data URI",
                parameter: parameter, code: "image_host_not_allowed")
        }
        return try await fetch(address, host: host, parameter: parameter)
    }

    /// Connects to the address that was checked to be public, even if the name resolves to another one by then.
    private func fetch(_ address: String, host: String, parameter: String) async throws -> [UInt8] {
        guard let number = HostAddresses.publicAddress(of: host) else {
            throw APIError(
                status: 400, .permission, "\(host) does not resolve to a public internet address",
                parameter: parameter,
                code: "image_host_not_allowed")
        }
        var request = HTTPClient.Request(
            url: address, timeout: .seconds(rules.fetchSeconds), byteLimit: rules.limits.maximumBytes)
        request.connectTimeout = request.timeout
        request.address = number
        do {
            let response = try await http.send(request)
            guard response.status == 200 else {
                throw APIError.invalid(
                    parameter, "was not found: \(host) responded with status \(response.status)")
            }
            return Array(response.body)
        } catch let failure as HTTPClient.Failure {
            throw APIError.invalid(parameter, "cannot be fetched from \(host): \(failure)")
        }
    }
}
