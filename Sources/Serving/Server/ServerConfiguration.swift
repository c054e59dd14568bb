/// A server's address, API key and limits.
package struct ServerConfiguration: Hashable, Sendable {
    package var host = "127.0.0.1"
    /// 0 picks a free port.
    package var port = 8000
    /// The key that clients must send; required unless the host is a loopback address.
    package var apiKey: String?
    /// Maximum size of a request body.
    package var maximumBodyBytes = 96 << 20
    /// Timeout for a request to arrive completely, from its first line on.
    package var requestSeconds = 60
    /// Idle timeout: between two requests, and while a client does not read the response.
    package var idleSeconds = 30
    /// Maximum number of open connections; further ones wait to be accepted.
    package var maximumConnections = 1024

    package init() {}

    /// Whether only programs on this machine can connect.
    package var isLoopback: Bool { Self.loopbackNames.contains(host) || host.hasPrefix("127.") }

    static let loopbackNames: Set<String> = ["localhost", "127.0.0.1", "::1", "[::1]"]

    /// - Throws: ``ServerError`` if the server would be reachable from other machines without an API key.
    package func validate() throws {
        guard isLoopback || apiKey?.isEmpty == false else {
            throw ServerError(
                description:
                    "\(host) is reachable from other machines and needs an API key: put one into an environment "
                    + "variable and name it with --api-key-variable")
        }
    }
}

/// The server cannot start; the description is the reason.
package struct ServerError: Error, CustomStringConvertible {
    package let description: String
}
