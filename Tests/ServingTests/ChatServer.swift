import Agent
import Foundation
import HTTP
import Imaging
import JSON
import Rollout
import Serving
import TestPolicy

/// A server with a scripted model, on a free port of this machine, for as long as a test runs.
struct ChatServer: Sendable {
    let port: Int

    /// Tokens that end the turns of scripted models, where a test wants some.
    static let turnEnd: Int32 = 300

    private static let client = HTTPClient()

    struct Reply: Sendable {
        let status: Int
        let headers: HTTPClient.Headers
        let body: String

        var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
        var error: JSONValue { json["error"] ?? .null }

        /// The values of server-sent events, without the last `[DONE]`.
        var events: [JSONValue] {
            body.split(separator: "\n\n").map { $0.dropFirst("data: ".count) }.filter { $0 != "[DONE]" }
                .compactMap { try? JSONValue(parsing: String($0)) }
        }
    }

    /// - Parameters:
    ///   - policy: of the model.
    ///   - configuration: of the server; the port is chosen here.
    ///   - images: what requests may bring.
    ///   - limit: requests at a time.
    ///   - contextTokens: that the model holds.
    ///   - answerTime: longest time for an answer.
    ///   - log: of the server.
    ///   - playground: the page at `/`.
    ///   - body: the test.
    static func running(
        _ policy: any Policy, configuration: ServerConfiguration = .init(), images: ImageRules = .init(),
        limit: Int = 8, contextTokens: Int = 4096, answerTime: Duration = .seconds(60),
        log: @escaping @Sendable (String) -> Void = { _ in },
        playground: PlaygroundRoutes = PlaygroundRoutes(),
        _ body: @escaping @Sendable (ChatServer) async throws -> Void
    ) async throws {
        var configuration = configuration
        configuration.port = 0
        let model = ServedModel(
            name: "scripted", policy: policy, format: ByteFormat(), turnEnds: [turnEnd],
            tools: ToolBox([ZoomTool()]),
            limits: AgentLimits(toolCalls: 2, completionTokens: 512, contextTokens: contextTokens)
        ) {
            var statistics = RolloutStatistics()
            statistics.cachedTokens = 7
            statistics.peakPages = 3
            statistics.modelTime = .milliseconds(250)
            return statistics
        }
        let chat = ChatRoutes(
            model: model, admission: Admission(limit: limit, parallel: 2), images: images,
            answerTime: answerTime, log: log)
        let server = try WebServer(configuration, parts: [chat, playground])
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (ports, port) = AsyncStream<Int>.makeStream()
            group.addTask { try await server.run(endsOnSignals: false) { port.yield($0) } }
            for await found in ports {
                try await body(ChatServer(port: found))
                break
            }
            group.cancelAll()
        }
    }

    func get(_ path: String, headers: [(String, String)] = []) async throws -> Reply {
        try await send(request(path, headers))
    }

    /// Asks for an answer; `extra` goes into the body beside model and messages.
    func chat(
        model: String = "scripted", messages: String = #"[{"role": "user", "content": "Hello"}]"#,
        _ extra: String = "", headers: [(String, String)] = []
    ) async throws -> Reply {
        try await post(
            #"{"model": "\#(model)", "messages": \#(messages)\#(extra.isEmpty ? "" : ", " + extra)}"#,
            headers: headers)
    }

    func post(
        _ body: String, to path: String = "/v1/chat/completions", headers: [(String, String)] = []
    ) async throws -> Reply {
        var request = request(path, headers)
        request.method = "POST"
        if !request.headers.contains(where: { $0.name == "Content-Type" }) {
            request.headers.append(("Content-Type", "application/json"))
        }
        request.body = Data(body.utf8)
        return try await send(request)
    }

    /// Sends a request of any method with any body.
    func send(
        _ method: String, _ path: String, headers: [(String, String)] = [], body: [UInt8] = []
    ) async throws -> Reply {
        var request = request(path, headers)
        request.method = method
        if !body.isEmpty { request.body = Data(body) }
        return try await send(request)
    }

    private func request(_ path: String, _ headers: [(String, String)]) -> HTTPClient.Request {
        var request = HTTPClient.Request(url: "http://127.0.0.1:\(port)\(path)")
        request.headers = headers.map { ($0.0, $0.1) }
        return request
    }

    private func send(_ request: HTTPClient.Request) async throws -> Reply {
        let response = try await Self.client.send(request)
        return Reply(
            status: response.status, headers: response.headers,
            body: String(decoding: response.body, as: UTF8.self))
    }

    /// A message with a picture of 64 x 48 pixels.
    static func question(_ text: String = "What is it?") throws -> String {
        let png = Data(try numberedImage(64, 48).encodedPNG()).base64EncodedString()
        return question(text, image: "data:image/png;base64,\(png)")
    }

    static func question(_ text: String = "What is it?", image: String) -> String {
        """
        [{"role": "user", "content": [
            {"type": "image_url", "image_url": {"url": "\(image)"}},
            {"type": "text", "text": "\(text)"}]}]
        """
    }
}
