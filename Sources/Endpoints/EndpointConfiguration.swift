/// Which chat servers are asked, and how patiently.
package struct EndpointConfiguration: Codable, Hashable, Sendable {
    /// Base addresses such as `http://localhost:8000/v1`, interchangeable with each other.
    package var urls: [String]
    /// Environment variable that holds the API key; empty for servers that want none.
    package var apiKeyVariable: String
    /// Requests under way at a time, over all endpoints.
    package var concurrency: Int
    /// Seconds to establish a connection.
    package var connectSeconds: Double
    /// Seconds for a whole reply.
    package var timeoutSeconds: Double
    /// How often a request is tried before it fails.
    package var attempts: Int
    /// Failures in a row after which an endpoint is left in peace.
    package var failuresUntilRest: Int
    /// Seconds that it is left in peace, doubled each time that it does not recover, up to eightfold.
    package var restSeconds: Double
    /// Bytes that a reply may have.
    package var replyByteLimit: Int

    package init(
        urls: [String], apiKeyVariable: String = "", concurrency: Int = 16, connectSeconds: Double = 5,
        timeoutSeconds: Double = 60, attempts: Int = 4, failuresUntilRest: Int = 3, restSeconds: Double = 10,
        replyByteLimit: Int = 1 << 20
    ) {
        self.urls = urls
        self.apiKeyVariable = apiKeyVariable
        self.concurrency = concurrency
        self.connectSeconds = connectSeconds
        self.timeoutSeconds = timeoutSeconds
        self.attempts = attempts
        self.failuresUntilRest = failuresUntilRest
        self.restSeconds = restSeconds
        self.replyByteLimit = replyByteLimit
    }
}

/// Settings with which no endpoint can be asked.
package struct EndpointError: Error, Hashable, CustomStringConvertible {
    package let description: String
}
