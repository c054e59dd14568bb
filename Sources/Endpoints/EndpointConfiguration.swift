/// Chat servers with their limits and timeouts.
package struct EndpointConfiguration: Codable, Hashable, Sendable {
    /// Base URLs such as `http://localhost:8000/v1` of interchangeable servers.
    package var urls: [String]
    /// Environment variable with the API key; empty for servers without one.
    package var apiKeyVariable: String
    /// Maximum concurrent requests, over all endpoints.
    package var concurrency: Int
    /// Timeout for connecting.
    package var connectSeconds: Double
    /// Timeout for a complete reply.
    package var timeoutSeconds: Double
    /// Maximum attempts per request.
    package var attempts: Int
    /// Consecutive failures after which an endpoint's circuit opens.
    package var failuresUntilCooldown: Int
    /// Cooldown of an open circuit, doubled each time the endpoint does not recover, up to eightfold.
    package var cooldownSeconds: Double
    /// Maximum bytes of a reply.
    package var replyByteLimit: Int

    package init(
        urls: [String], apiKeyVariable: String = "", concurrency: Int = 16, connectSeconds: Double = 5,
        timeoutSeconds: Double = 60, attempts: Int = 4, failuresUntilCooldown: Int = 3,
        cooldownSeconds: Double = 10,
        replyByteLimit: Int = 1 << 20
    ) {
        self.urls = urls
        self.apiKeyVariable = apiKeyVariable
        self.concurrency = concurrency
        self.connectSeconds = connectSeconds
        self.timeoutSeconds = timeoutSeconds
        self.attempts = attempts
        self.failuresUntilCooldown = failuresUntilCooldown
        self.cooldownSeconds = cooldownSeconds
        self.replyByteLimit = replyByteLimit
    }
}

/// An endpoint configuration is invalid.
package struct EndpointError: Error, Hashable, CustomStringConvertible {
    package let description: String
}
