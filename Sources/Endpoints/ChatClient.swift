internal import CounterRandom
internal import Foundation
internal import HTTP
internal import Synchronization

/// A client for OpenAI-compatible chat servers: vLLM, SGLang, llama.cpp, Ollama and hosted services.
///
/// Limits concurrency, retries transient failures with backoff, fails over to other endpoints, and keeps statistics.
package final class ChatClient: Sendable {
    /// Statistics since the client was created.
    package struct Statistics: Hashable, Sendable {
        package var requests = 0
        /// Attempts beyond the first of a request.
        package var retries = 0
        /// Requests that failed.
        package var failures = 0
        /// Changes of endpoint health, oldest first; the last 100 of `eventCount`.
        package var events: [String] = []
        package var eventCount = 0
    }

    /// A clock; tests replace it.
    package struct Time: Sendable {
        package var now: @Sendable () -> ContinuousClock.Instant
        package var sleep: @Sendable (Duration) async throws -> Void

        package init(
            now: @escaping @Sendable () -> ContinuousClock.Instant,
            sleep: @escaping @Sendable (Duration) async throws -> Void
        ) {
            self.now = now
            self.sleep = sleep
        }

        package static let real = Time(
            now: { ContinuousClock.now }, sleep: { try await Task.sleep(for: $0) })
    }

    /// Maximum pause between attempts, even if a server requests a longer one.
    private static let longestPause = Duration.seconds(30)
    /// Timeout of a health probe.
    private static let probeSeconds = 5.0

    private let configuration: EndpointConfiguration
    private let key: String?
    private let time: Time
    private let http: HTTPClient
    private let gate: RequestGate
    private let pool: EndpointPool
    private let counts: Counts

    /// The statistics; a separate object because the pool's callback needs it before the client is initialized.
    private final class Counts: Sendable {
        let statistics = Mutex(Statistics())

        func note(_ event: String) {
            statistics.withLock {
                $0.eventCount += 1
                $0.events = ($0.events + [event]).suffix(100)
            }
        }
    }

    /// - Parameters:
    ///   - configuration: servers, limits and timeouts.
    ///   - environment: the environment with the API key.
    ///   - time: the clock; tests replace it.
    /// - Throws: ``EndpointError`` for an invalid URL, a value that is too small, or a missing API key.
    package init(
        _ configuration: EndpointConfiguration,
        environment: [String: String] = ProcessInfo.processInfo.environment, time: Time = .real
    ) throws {
        try configuration.validate()
        let key = try configuration.key(in: environment)
        // One more for a probe while all others wait.
        let http = HTTPClient(connectionsPerHost: configuration.concurrency + 1)
        let counts = Counts()
        (self.configuration, self.key, self.time, self.http, self.counts) = (
            configuration, key, time, http, counts
        )
        gate = RequestGate(limit: configuration.concurrency)
        pool = EndpointPool(
            urls: configuration.baseURLs,
            failuresUntilCooldown: configuration.failuresUntilCooldown,
            cooldown: .seconds(configuration.cooldownSeconds),
            now: time.now
        ) { url in
            let call = HTTPCall(http, key: key, configuration)
            let seconds = min(Self.probeSeconds, configuration.timeoutSeconds)
            return (try? await call.get(url + "/models", within: .seconds(seconds))) != nil
        } onEvent: { event, url in
            switch event {
            case .circuitOpened:
                counts.note("\(url) is unhealthy after \(configuration.failuresUntilCooldown) failures")
            case .recovered: counts.note("\(url) has recovered")
            }
        }
    }

    package var statistics: Statistics { counts.statistics.withLock { $0 } }

    /// Sends `request` and returns the reply.
    ///
    /// - Throws: ``ChatError`` if there is no reply, and `CancellationError`.
    package func complete(_ request: ChatRequest) async throws -> ChatReply {
        let number = counts.statistics.withLock { statistics in
            statistics.requests += 1
            return statistics.requests
        }
        do {
            return try await gate.pass { try await attempt(request, number: number) }
        } catch {
            counts.statistics.withLock { $0.failures += 1 }
            throw error
        }
    }

    /// The base URLs of the servers, without a slash at the end.
    var urls: [String] { configuration.baseURLs }

    /// Reads a URL of a server once, within a short time.
    func get(_ url: String) async throws -> Data {
        let call = HTTPCall(http, key: key, configuration)
        return try await call.get(
            url, within: .seconds(min(Self.probeSeconds, configuration.timeoutSeconds)))
    }

    // MARK: Attempts

    private func attempt(_ request: ChatRequest, number: Int) async throws -> ChatReply {
        var last: (endpoint: Int, error: ChatError)?
        for attempt in 1...configuration.attempts {
            let endpoint: (index: Int, url: String)
            do { endpoint = try await pool.take(after: last?.endpoint) } catch let open as ChatError {
                // The server's last error is more informative than the open circuit.
                throw last?.error ?? open
            }
            if let last {
                counts.statistics.withLock { $0.retries += 1 }
                // A different endpoint is tried without a pause.
                if last.endpoint == endpoint.index {
                    do {
                        try await time.sleep(pause(after: last.error, attempt: attempt, number: number))
                    } catch {
                        await pool.abandon(endpoint.index)
                        throw error
                    }
                }
            }
            do {
                let reply = try await send(request, to: endpoint.url)
                await pool.release(endpoint.index)
                return reply
            } catch let error as ChatError {
                if error.isFaultOfServer {
                    await pool.releaseFailed(endpoint.index)
                } else {
                    await pool.release(endpoint.index)
                }
                guard error.isTransient, attempt < configuration.attempts else { throw error }
                last = (endpoint.index, error)
            } catch {
                await pool.abandon(endpoint.index)
                throw error
            }
        }
        preconditionFailure("there is at least one attempt")
    }

    /// The pause that the server requests, else half a second, doubled with each attempt, with random jitter so that clients
    /// do not retry simultaneously.
    private func pause(after error: ChatError, attempt: Int, number: Int) -> Duration {
        if let asked = error.retryAfter { return min(asked, Self.longestPause) }
        var random = CounterRandom(seed: 0, UInt64(number), UInt64(attempt))
        let doubled = Duration.milliseconds(500) * (1 << min(attempt - 2, 10))
        return min(doubled, Self.longestPause) * (0.5 + 0.5 * random.uniform())
    }

    private func send(_ request: ChatRequest, to url: String) async throws -> ChatReply {
        let call = HTTPCall(http, key: key, configuration)
        let body = try await call.post(
            JSONEncoder().encode(request), to: url + "/chat/completions",
            within: .seconds(configuration.timeoutSeconds), model: request.model)
        guard let reply = try? JSONDecoder().decode(ChatReply.self, from: body), !reply.choices.isEmpty else {
            throw ChatError(
                .malformed,
                "\(url): the reply is not a chat completion: \(call.excerpt(of: body)); check the URL"
            )
        }
        return reply
    }
}

extension EndpointConfiguration {
    fileprivate var baseURLs: [String] { urls.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 } }

    fileprivate func validate() throws {
        if urls.isEmpty {
            throw EndpointError(description: "no endpoint is given; give at least one URL")
        }
        for url in urls {
            guard let parts = URLComponents(string: url), ["http", "https"].contains(parts.scheme),
                parts.host?.isEmpty == false
            else {
                throw EndpointError(
                    description: "\(url) is not a valid endpoint URL; write it as http://localhost:8000/v1")
            }
        }
        let least: [(String, Double, Double)] = [
            ("concurrency", Double(concurrency), 1), ("attempts", Double(attempts), 1),
            ("failuresUntilCooldown", Double(failuresUntilCooldown), 1),
            ("cooldownSeconds", cooldownSeconds, 0),
            ("connectSeconds", connectSeconds, 0.001), ("timeoutSeconds", timeoutSeconds, 0.001),
            ("replyByteLimit", Double(replyByteLimit), 1),
        ]
        for (name, value, minimum) in least where !(value >= minimum) {
            throw EndpointError(description: "\(name) is \(value); it must be at least \(minimum)")
        }
    }

    /// The API key, if the configuration names a variable for it.
    fileprivate func key(in environment: [String: String]) throws -> String? {
        guard !apiKeyVariable.isEmpty else { return nil }
        guard let key = environment[apiKeyVariable], !key.isEmpty else {
            throw EndpointError(
                description:
                    "the environment variable \(apiKeyVariable) for the API key is not set; "
                    + "export it, or leave apiKeyVariable empty")
        }
        return key
    }
}
