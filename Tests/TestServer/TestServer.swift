package import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// A server of HTTP inside the test process that behaves, and misbehaves, as told.
package final class TestServer: Sendable {
    package struct Request: Sendable {
        package let path: String
        package let headers: [String: String]
        package let body: Data
        /// Counted from 0, over all requests but probes of `/models`.
        package let number: Int
    }

    package enum Reply: Sendable {
        /// What a chat server says, with this text in it.
        case says(String)
        /// The same, cut off by the limit of tokens.
        case cutOff(String)
        case raw(Int, body: String, headers: [(String, String)] = [])
        /// Nothing at all until the server stops.
        case hangs
        /// The connection ends in the middle of the body.
        case half
        /// Says this once `release` is called.
        case held(String)
    }

    private struct State {
        var channel: (any Channel)?
        var connections: [ObjectIdentifier: any Channel] = [:]
        var requests: [Request] = []
        var held: [@Sendable () -> Void] = []
        /// Releases that came before what they release.
        var releasesAhead = 0
        var underWay = 0
        var peak = 0
        var awaited: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let respond: @Sendable (Request) -> Reply
    private let state = Mutex(State())
    package let port: Int
    package var url: String { "http://127.0.0.1:\(port)/v1" }

    /// - Parameter port: 0 takes a free one.
    package init(port: Int = 0, _ respond: @escaping @Sendable (Request) -> Reply) async throws {
        self.respond = respond
        let box = Weak()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Exchange(server: box))
                    box.server.withLock { $0?.opened(channel) }
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        self.port = channel.localAddress?.port ?? 0
        state.withLock { $0.channel = channel }
        box.server.withLock { $0 = self }
    }

    /// Ends the server and every connection to it, in the middle of whatever they do.
    package func stop() async {
        let (channel, connections) = state.withLock { state in
            defer { (state.channel, state.connections) = (nil, [:]) }
            return (state.channel, state.connections.values.map { $0 })
        }
        try? await channel?.close()
        for connection in connections { try? await connection.close() }
    }

    // MARK: What it saw

    /// Those to chat completions, in the order in which they came.
    package var requests: [Request] { state.withLock { $0.requests } }
    /// Most requests that were held at a time.
    package var peak: Int { state.withLock { $0.peak } }

    /// Suspends until so many requests have come.
    package func received(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                if state.requests.count >= count { return true }
                state.awaited.append((count, continuation))
                return false
            }
            if isDone { continuation.resume() }
        }
    }

    /// Answers the oldest request that is held, or else the next that comes to be.
    package func release() {
        let next: (@Sendable () -> Void)? = state.withLock { state in
            if state.held.isEmpty {
                state.releasesAhead += 1
                return nil
            }
            return state.held.removeFirst()
        }
        next?()
    }

    // MARK: Inside

    fileprivate final class Weak: Sendable {
        let server = Mutex<TestServer?>(nil)
    }

    private func opened(_ channel: any Channel) {
        state.withLock { $0.connections[ObjectIdentifier(channel)] = channel }
    }

    fileprivate func reply(path: String, headers: [String: String], body: Data) -> Reply {
        if path.hasSuffix("/models") {
            return respond(Request(path: path, headers: headers, body: body, number: -1))
        }
        let (request, ready) = state.withLock { state in
            let request = Request(path: path, headers: headers, body: body, number: state.requests.count)
            state.requests.append(request)
            let count = state.requests.count
            let ready = state.awaited.filter { $0.count <= count }
            state.awaited.removeAll { $0.count <= count }
            return (request, ready)
        }
        for one in ready { one.continuation.resume() }
        return respond(request)
    }

    fileprivate func hold(_ answer: @escaping @Sendable () -> Void) {
        let answerNow = state.withLock { state in
            state.underWay += 1
            state.peak = max(state.peak, state.underWay)
            if state.releasesAhead > 0 {
                state.releasesAhead -= 1
                state.underWay -= 1
                return true
            }
            state.held.append { [weak self] in
                self?.state.withLock { $0.underWay -= 1 }
                answer()
            }
            return false
        }
        if answerNow { answer() }
    }
}

private final class Exchange: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let box: TestServer.Weak
    private var head: HTTPRequestHead?
    private var body = Data()

    init(server: TestServer.Weak) { box = server }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): (self.head, body) = (head, Data())
        case .body(let part): body += Data(part.readableBytesView)
        case .end:
            guard let head, let server = box.server.withLock({ $0 }) else {
                return context.close(promise: nil)
            }
            let headers = Dictionary(
                head.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { $1 })
            let reply = server.reply(path: head.uri, headers: headers, body: body)
            answer(reply, server: server, channel: context.channel)
        }
    }

    private func answer(_ reply: TestServer.Reply, server: TestServer, channel: any Channel) {
        switch reply {
        case .says(let text): Self.send(200, Self.chat(text, finish: "stop"), [], to: channel)
        case .cutOff(let text): Self.send(200, Self.chat(text, finish: "length"), [], to: channel)
        case .raw(let status, let body, let headers): Self.send(status, body, headers, to: channel)
        case .hangs: break
        case .half:
            let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["Content-Length": "1000"])
            channel.write(HTTPServerResponsePart.head(head), promise: nil)
            let part = HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: "{\"choices\": [")))
            channel.writeAndFlush(part).whenComplete { _ in channel.close(promise: nil) }
        case .held(let text):
            server.hold { Self.send(200, Self.chat(text, finish: "stop"), [], to: channel) }
        }
    }

    private static func chat(_ text: String, finish: String) -> String {
        let content = (try? String(decoding: JSONEncoder().encode(text), as: UTF8.self)) ?? "\"\""
        return
            #"{"choices": [{"message": {"role": "assistant", "content": \#(content)}, "finish_reason": "\#(finish)"}]}"#
    }

    private static func send(
        _ status: Int, _ body: String, _ headers: [(String, String)], to channel: any Channel
    ) {
        let bytes = ByteBuffer(string: body)
        var head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status))
        head.headers.add(name: "Content-Length", value: "\(bytes.readableBytes)")
        for (name, value) in headers { head.headers.add(name: name, value: value) }
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
        channel.write(HTTPServerResponsePart.body(.byteBuffer(bytes)), promise: nil)
        channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
    }
}
