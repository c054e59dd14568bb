internal import Foundation
internal import HTTP

/// One HTTP request, with a timeout and a size limit.
struct HTTPCall: Sendable {
    let http: HTTPClient
    let key: String?
    let connectTimeout: Duration
    let byteLimit: Int

    init(_ http: HTTPClient, key: String?, _ configuration: EndpointConfiguration) {
        self.http = http
        self.key = key
        connectTimeout = .seconds(configuration.connectSeconds)
        byteLimit = configuration.replyByteLimit
    }

    func get(_ url: String, within timeout: Duration) async throws -> Data {
        try await exchange(HTTPClient.Request(url: url), within: timeout, model: nil)
    }

    func post(_ body: Data, to url: String, within timeout: Duration, model: String) async throws -> Data {
        var request = HTTPClient.Request(url: url)
        request.method = "POST"
        request.headers = [("Content-Type", "application/json")]
        request.body = body
        return try await exchange(request, within: timeout, model: model)
    }

    /// A short excerpt of a reply, with the API key removed.
    func excerpt(of body: Data) -> String {
        guard var text = String(data: body, encoding: .utf8)
        else { return "\(body.count) bytes that are not text" }
        if let key { text = text.replacing(key, with: "…") }
        return text.onOneLine.prefix(160).description
    }

    // MARK: Sending

    private func exchange(
        _ request: HTTPClient.Request, within timeout: Duration, model: String?
    ) async throws -> Data {
        var request = request
        if let key { request.headers.append(("Authorization", "Bearer \(key)")) }
        (request.connectTimeout, request.timeout, request.byteLimit) = (connectTimeout, timeout, byteLimit)
        do {
            let response = try await http.send(request)
            guard response.status == 200 else { throw refusal(response, url: request.url, model: model) }
            return response.body
        } catch let failure as HTTPClient.Failure {
            try Task.checkCancellation()
            throw error(failure, of: request)
        }
    }

    // MARK: Failures

    private func error(_ failure: HTTPClient.Failure, of request: HTTPClient.Request) -> ChatError {
        switch failure {
        case .timedOut:
            ChatError(
                .timedOut,
                "\(request.url): no reply within \(request.timeout); raise the timeout or lower the concurrency"
            )
        case .tooLarge:
            ChatError(
                .tooLarge, "\(request.url): the reply has more than \(byteLimit) bytes; ask for fewer tokens")
        case .connection(let reason):
            ChatError(
                .unreachable, "\(request.url): cannot connect: \(reason); check that the server is running")
        }
    }

    private func refusal(_ response: HTTPClient.Response, url: String, model: String?) -> ChatError {
        let status = response.status
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
            .status(status), "\(url): status \(status)\(subject): \(excerpt(of: response.body)); \(remedy)",
            retryAfter: response.headers["Retry-After"].first.flatMap(Int.init).map {
                .seconds(max(0, $0))
            })
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
