import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// The server: routes behind a gatekeeper, on SwiftNIO.
package struct WebServer: Sendable {
    private let configuration: ServerConfiguration
    private let parts: [any RouteSet]

    /// - Parameters:
    ///   - configuration: where to listen and what to put up with.
    ///   - parts: what is answered.
    /// - Throws: ``ServerError`` for settings that would open this machine to others.
    package init(_ configuration: ServerConfiguration, parts: [any RouteSet]) throws {
        try configuration.validate()
        self.configuration = configuration
        self.parts = parts
    }

    /// Answers requests until the task is cancelled or Ctrl-C is pressed; answers under way are finished first.
    ///
    /// - Parameters:
    ///   - endsOnSignals: whether Ctrl-C is listened to.
    ///   - onStart: is called with the port once requests are answered.
    /// - Throws: ``ServerError`` if the address cannot be listened on.
    package func run(
        endsOnSignals: Bool = true, onStart: @escaping @Sendable (Int) async -> Void
    ) async throws {
        LargeBuffers.areMappedAlone()
        let state = ServerState(configuration: configuration)
        let router = Router(context: ServingContext.self)
        router.add(middleware: Gatekeeper(configuration: configuration, metrics: state.metrics))
        let routes = ServerRoutes(router: router, state: state)
        router.get("healthz") { _, _ in Response.json(["status": "ok"]) }
        LoginRoutes().add(to: routes)
        SharedAssets().add(to: routes)
        for part in parts { part.add(to: routes) }
        let application = Application(
            router: router, server: channels(state.connections),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                availableConnectionsDelegate: MaximumAvailableConnections(configuration.maximumConnections)),
            onServerRunning: { channel in await onStart(channel.localAddress?.port ?? configuration.port) },
            logger: Self.silence)
        do {
            if endsOnSignals { try await application.runService() } else { try await application.run() }
        } catch let error as IOError {
            throw ServerError(
                description: "cannot listen on \(configuration.host), port \(configuration.port): \(error); "
                    + "choose another with --port")
        }
    }

    private func channels(_ connections: Connections) -> HTTPServerBuilder {
        let requestTime = TimeAmount.seconds(Int64(configuration.requestSeconds))
        let stallTime = TimeAmount.seconds(Int64(configuration.idleSeconds))
        return .http1(
            configuration: .init(
                additionalChannelHandlers: [
                    ConnectionWatch(connections, requestTime: requestTime, stallTime: stallTime)
                ],
                idleTimeout: stallTime))
    }

    /// What the library has to say about single connections does not help anybody who reads it.
    private static var silence: Logger {
        var logger = Logger(label: "server")
        logger.logLevel = .critical
        return logger
    }
}
