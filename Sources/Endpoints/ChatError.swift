/// Why a chat server gave no reply; never holds the key.
package struct ChatError: Error, Hashable, CustomStringConvertible {
    package enum Reason: Hashable, Sendable {
        /// No connection, or one that broke.
        case unreachable
        /// No whole reply in the time given.
        case timedOut
        /// The status of HTTP that the server refused with.
        case status(Int)
        /// The reply is no JSON, or not that of a chat server.
        case malformed
        /// The reply has more bytes than allowed.
        case tooLarge
        /// Every endpoint failed too often and is left in peace for a while.
        case resting
    }

    package let reason: Reason
    /// What happened, where, and what helps; on one line.
    package let description: String
    /// How long the server asks to be left alone.
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
        case .tooLarge, .resting: false
        }
    }

    /// Whether it speaks against the server, and not against the request or the moment.
    var isFaultOfServer: Bool {
        if case .status(let status) = reason { status >= 500 } else { isTransient }
    }
}
