/// Where a server listens and what it puts up with.
package struct ServerConfiguration: Hashable, Sendable {
    package var host = "127.0.0.1"
    /// 0 takes a free one.
    package var port = 8000
    /// What clients must show; needed for any address but one of this machine alone.
    package var apiKey: String?
    /// Bytes of a request.
    package var maximumBodyBytes = 96 << 20
    /// Longest time for a request to arrive in full, from its first line on.
    package var requestSeconds = 60
    /// Longest time without a byte in or out: between two requests, and while a client takes nothing of an answer.
    package var idleSeconds = 30
    /// Connections at a time; more wait to be accepted.
    package var maximumConnections = 1024

    package init() {}

    /// Whether only programs on this machine can connect.
    package var isLoopback: Bool { Self.loopbackNames.contains(host) || host.hasPrefix("127.") }

    static let loopbackNames: Set<String> = ["localhost", "127.0.0.1", "::1", "[::1]"]

    /// - Throws: ``ServerError`` for settings that would open this machine to others.
    package func validate() throws {
        guard isLoopback || apiKey?.isEmpty == false else {
            throw ServerError(
                description:
                    "\(host) can be reached by others, so an API key is needed: put one into a variable "
                    + "and name it with --api-key-variable")
        }
    }
}

/// A server cannot start, for the reason given.
package struct ServerError: Error, CustomStringConvertible {
    package let description: String
}
