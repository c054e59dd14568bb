/// A failed request to a chat server. The description never contains the API key.
package struct ChatError: Error, Hashable, CustomStringConvertible {
    package enum Reason: Hashable, Sendable {
        /// The connection failed or broke.
        case unreachable
        /// No complete reply within the timeout.
        case timedOut
        /// The server responded with an HTTP error status.
        case status(Int)
        /// The reply is not JSON, or not a chat completion.
        case malformed
        /// The reply has more bytes than allowed.
        case tooLarge
        /// All endpoints failed repeatedly and are in their cooldown.
        case circuitOpen
    }

    package let reason: Reason
    /// URL, problem and remedy on one line.
    package let description: String
    /// The server's `Retry-After`.
    let retryAfter: Duration?

    init(_ reason: Reason, _ description: String, retryAfter: Duration? = nil) {
        self.reason = reason
        self.description = description
        self.retryAfter = retryAfter
    }

    /// Whether the same request can succeed later.
    var isTransient: Bool {
        switch reason {
        case .unreachable, .timedOut, .malformed: true
        case .status(let status): status >= 500 || [408, 409, 425, 429].contains(status)
        case .tooLarge, .circuitOpen: false
        }
    }

    /// Whether the server is at fault rather than the request, and the failure counts against its health.
    var isFaultOfServer: Bool {
        if case .status(let status) = reason { status >= 500 } else { isTransient }
    }
}
