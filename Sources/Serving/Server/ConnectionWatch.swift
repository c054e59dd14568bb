import NIOCore
import NIOHTTPTypes
import Synchronization

/// The open connections. Lets running answers stop when their client disconnects.
final class Connections: Sendable {
    private struct State {
        var open: [ObjectIdentifier: [Int: @Sendable () -> Void]] = [:]
        var nextToken = 0
    }

    private let state = Mutex(State())

    /// Identifies a registered callback.
    struct Token: Sendable {
        fileprivate let connection: ObjectIdentifier
        fileprivate let number: Int
    }

    /// Calls `body` once when the client disconnects; immediately if it already has.
    func onGone(_ channel: any Channel, _ body: @escaping @Sendable () -> Void) -> Token? {
        let connection = ObjectIdentifier(channel)
        let token = state.withLock { state -> Token? in
            guard state.open[connection] != nil else { return nil }
            state.nextToken += 1
            state.open[connection]?[state.nextToken] = body
            return Token(connection: connection, number: state.nextToken)
        }
        if token == nil { body() }
        return token
    }

    func forget(_ token: Token?) {
        guard let token else { return }
        state.withLock { $0.open[token.connection]?[token.number] = nil }
    }

    fileprivate func opened(_ channel: any Channel) {
        state.withLock { $0.open[ObjectIdentifier(channel)] = [:] }
    }

    fileprivate func gone(_ channel: any Channel) {
        let bodies = state.withLock { $0.open.removeValue(forKey: ObjectIdentifier(channel)) }
        for body in (bodies ?? [:]).values { body() }
    }

    var count: Int { state.withLock { $0.open.count } }
}

/// Watches one connection. Reports a disconnect, and closes the connection if a request takes too long to arrive or the
/// client stops reading the response.
final class ConnectionWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    private let connections: Connections
    private let requestTime: TimeAmount
    private let stallTime: TimeAmount
    private var arrival: Scheduled<Void>?
    private var stall: Scheduled<Void>?

    init(_ connections: Connections, requestTime: TimeAmount, stallTime: TimeAmount) {
        self.connections = connections
        self.requestTime = requestTime
        self.stallTime = stallTime
    }

    func handlerAdded(context: ChannelHandlerContext) { connections.opened(context.channel) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: arrival = closing(context.channel, in: requestTime)
        case .body: break
        case .end:
            arrival?.cancel()
            arrival = nil
        }
        context.fireChannelRead(data)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stall?.cancel()
        stall = context.channel.isWritable ? nil : closing(context.channel, in: stallTime)
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed { connections.gone(context.channel) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        arrival?.cancel()
        stall?.cancel()
        connections.gone(context.channel)
        context.fireChannelInactive()
    }

    private func closing(_ channel: any Channel, in time: TimeAmount) -> Scheduled<Void> {
        channel.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }
}
