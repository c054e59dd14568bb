internal import CLibCurl
package import Foundation
internal import Synchronization

/// A client for HTTP requests with complete bodies, on libcurl; redirects are returned, not followed.
///
/// One thread carries all transfers, however many there are. Connections are reused.
package final class HTTPClient: Sendable {
    /// A request.
    package struct Request: Sendable {
        package var url: String
        package var method = "GET"
        package var headers: [(name: String, value: String)] = []
        package var body: Data?
        /// Time until a connection stands.
        package var connectTimeout: Duration
        /// Time until the response is complete.
        package var timeout: Duration
        /// Maximum size of the response body in bytes.
        package var byteLimit: Int
        /// The numeric address to connect to, whatever the host name resolves to.
        package var address: String?

        package init(
            url: String, connectTimeout: Duration = .seconds(10), timeout: Duration = .seconds(30),
            byteLimit: Int = 64 << 20
        ) {
            self.url = url
            self.connectTimeout = connectTimeout
            self.timeout = timeout
            self.byteLimit = byteLimit
        }
    }

    /// A complete response.
    package struct Response: Sendable {
        package let status: Int
        package let headers: Headers
        package let body: Data
    }

    /// Header fields; names are compared without regard to case.
    package struct Headers: Sendable {
        package let fields: [(name: String, value: String)]

        /// The values of a header.
        package subscript(name: String) -> [String] {
            fields.filter { $0.name.caseInsensitiveCompare(name) == .orderedSame }.map(\.value)
        }
    }

    /// A request without a complete response.
    package enum Failure: Error, Hashable, CustomStringConvertible {
        /// No connection, or it broke; the text is libcurl's.
        case connection(String)
        /// A connection, but no complete response in time.
        case timedOut
        /// The response body is larger than allowed.
        case tooLarge

        package var description: String {
            switch self {
            case .connection(let reason): reason
            case .timedOut: "no complete response in time"
            case .tooLarge: "the response is too large"
            }
        }
    }

    private let loop: TransferLoop

    /// - Parameter connectionsPerHost: the maximum number of connections to one host; further requests wait.
    package init(connectionsPerHost: Int = 64) {
        loop = TransferLoop(connectionsPerHost: connectionsPerHost)
    }

    deinit { loop.stop() }

    /// Sends a request and returns the response, whatever its status.
    ///
    /// - Throws: ``Failure``, and `CancellationError` if the task is cancelled.
    package func send(_ request: Request) async throws -> Response {
        let transfer = Transfer(request)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                transfer.continuation.withLock { $0 = continuation }
                loop.start(transfer)
            }
        } onCancel: {
            loop.cancel(transfer)
        }
    }
}
