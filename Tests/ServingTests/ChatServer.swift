import Agent
import AsyncHTTPClient
import Foundation
import Imaging
import JSON
import NIOCore
import NIOHTTP1
import Rollout
import Serving
import TestPolicy

/// A server with a scripted model, on a free port of this machine, for as long as a test runs.
struct ChatServer: Sendable {
    let port: Int

    /// Tokens that end the turns of scripted models, where a test wants some.
    static let turnEnd: Int32 = 300

    /// Shows redirections rather than follow them.
    private static let client = HTTPClient(
        eventLoopGroupProvider: .singleton,
        configuration: HTTPClient.Configuration(redirectConfiguration: .disallow))

    struct Reply: Sendable {
        let status: Int
        let headers: HTTPHeaders
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
    ///   - playground: the page at `/`.
    ///   - body: the test.
    static func running(
        _ policy: any Policy, configuration: ServerConfiguration = .init(), images: ImageRules = .init(),
        limit: Int = 8, contextTokens: Int = 4096, answerTime: Duration = .seconds(60),
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
            answerTime: answerTime)
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
        request.method = .POST
        if !request.headers.contains(name: "Content-Type") {
            request.headers.add(name: "Content-Type", value: "application/json")
        }
        request.body = .bytes(ByteBuffer(string: body))
        return try await send(request)
    }

    private func request(_ path: String, _ headers: [(String, String)]) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        return request
    }

    private func send(_ request: HTTPClientRequest) async throws -> Reply {
        let response = try await Self.client.execute(request, timeout: .seconds(30))
        let body = try await response.body.collect(upTo: 64 << 20)
        return Reply(
            status: Int(response.status.code), headers: response.headers, body: String(buffer: body))
    }

    /// A message with a picture of 64 x 48 pixels.
    static func question(_ text: String = "What is it?") throws -> String {
        let png = Data(try numberedImage(64, 48).encodedPNG()).base64EncodedString()
        return """
            [{"role": "user", "content": [
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,\(png)"}},
                {"type": "text", "text": "\(text)"}]}]
            """
    }
}
