internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1

/// One HTTP request, with a timeout and a size limit.
struct HTTPCall: Sendable {
    let http: HTTPClient
    let key: String?
    let byteLimit: Int

    func get(_ url: String, within timeout: Duration) async throws -> Data {
        try await body(of: HTTPClientRequest(url: url), within: timeout, model: nil)
    }

    func post(_ body: Data, to url: String, within timeout: Duration, model: String) async throws -> Data {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(ByteBuffer(bytes: body))
        return try await self.body(of: request, within: timeout, model: model)
    }

    /// A short excerpt of a reply, with the API key removed.
    func excerpt(of body: Data) -> String {
        guard var text = String(data: body, encoding: .utf8)
        else { return "\(body.count) bytes that are not text" }
        if let key { text = text.replacing(key, with: "…") }
        return text.onOneLine.prefix(160).description
    }

    // MARK: Sending

    private func body(
        of request: HTTPClientRequest, within timeout: Duration, model: String?
    ) async throws -> Data {
        var request = request
        if let key { request.headers.add(name: "Authorization", value: "Bearer \(key)") }
        do {
            return try await withThrowingTaskGroup(of: Data.self) { [request] tasks in
                tasks.addTask { try await exchange(request, model: model, deadline: timeout) }
                tasks.addTask {
                    try await Task.sleep(for: timeout)
                    throw timedOut(request.url, after: timeout)
                }
                defer { tasks.cancelAll() }
                guard let body = try await tasks.next() else { throw CancellationError() }
                return body
            }
        } catch let error as ChatError {
            throw error
        } catch {
            try Task.checkCancellation()
            if let error = error as? HTTPClientError, error == .deadlineExceeded || error == .readTimeout {
                throw timedOut(request.url, after: timeout)
            }
            throw ChatError(
                .unreachable,
                "\(request.url): cannot connect: \(Self.summary(of: error)); check that the server is running"
            )
        }
    }

    private func exchange(
        _ request: HTTPClientRequest, model: String?, deadline: Duration
    ) async throws -> Data {
        // The timeout task normally cancels the request; this limit is a fallback.
        let response = try await http.execute(
            request, timeout: .seconds(Int64(deadline.components.seconds) + 2))
        let body: ByteBuffer
        do { body = try await response.body.collect(upTo: byteLimit) } catch is NIOTooManyBytesError {
            throw ChatError(
                .tooLarge, "\(request.url): the reply has more than \(byteLimit) bytes; ask for fewer tokens")
        }
        let data = Data(body.readableBytesView)
        guard response.status.code == 200 else {
            throw refusal(response, body: data, url: request.url, model: model)
        }
        return data
    }

    // MARK: Failures

    private func timedOut(_ url: String, after timeout: Duration) -> ChatError {
        ChatError(
            .timedOut, "\(url): no reply within \(timeout); raise the timeout or lower the concurrency")
    }

    private func refusal(
        _ response: HTTPClientResponse, body: Data, url: String, model: String?
    ) -> ChatError {
        let status = Int(response.status.code)
        let remedy =
            switch status {
            case 401, 403: "check the key in the environment variable that apiKeyVariable names"
            case 404: "check the URL, which usually ends in /v1, and the model name"
            case 429: "lower the concurrency"
            case 500...: "see the server's log"
            default: "check the model name and the parameters that the server accepts"
            }
        let subject = model.map { $0.isEmpty ? "" : " to model \($0)" } ?? ""
        return ChatError(
            .status(status), "\(url): status \(status)\(subject): \(excerpt(of: body)); \(remedy)",
            retryAfter: response.headers.first(name: "Retry-After").flatMap(Int.init).map {
                .seconds(max(0, $0))
            })
    }

    /// A network error on one line.
    private static func summary(of error: any Error) -> String {
        "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ").prefix(160).description
    }
}

extension String {
    /// External text made safe for a one-line message: white space folded, control characters removed.
    package var onOneLine: String {
        let words = split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return String(
            String.UnicodeScalarView(
                words.unicodeScalars.filter { $0.properties.generalCategory != .control }))
    }
}
