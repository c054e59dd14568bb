import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// The HTTP server: route sets behind a gatekeeper middleware, on SwiftNIO.
package struct WebServer: Sendable {
    private let configuration: ServerConfiguration
    private let parts: [any RouteSet]

    /// - Parameters:
    ///   - configuration: address, API key and limits.
    ///   - parts: the route sets.
    /// - Throws: ``ServerError`` if the server would be reachable from other machines without an API key.
    package init(_ configuration: ServerConfiguration, parts: [any RouteSet]) throws {
        try configuration.validate()
        self.configuration = configuration
        self.parts = parts
    }

    /// Serves requests until the task is cancelled or Ctrl-C is pressed. Running requests are completed first.
    ///
    /// - Parameters:
    ///   - endsOnSignals: whether Ctrl-C stops the server.
    ///   - onStart: called with the port once the server accepts requests.
    /// - Throws: ``ServerError`` if the server cannot listen on the address.
    package func run(
        endsOnSignals: Bool = true, onStart: @escaping @Sendable (Int) async -> Void
    ) async throws {
        LargeBuffers.mapIndividually()
        let state = ServerState(configuration: configuration)
        let router = Router(context: ServingContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: Gatekeeper(configuration: configuration, metrics: state.metrics))
        let routes = ServerRoutes(router: router, state: state)
        router.get("healthz") { _, _ in Response.json(["status": "ok"]) }
        LoginRoutes().add(to: routes)
        SharedAssets().add(to: routes)
        for part in parts { part.add(to: routes) }
        routes.refuseOtherMethods()
        let application = Application(
            router: router, server: channels(state.connections),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                availableConnectionsDelegate: MaximumAvailableConnections(configuration.maximumConnections)),
            onServerRunning: { channel in await onStart(channel.localAddress?.port ?? configuration.port) },
            logger: Self.silence)
        do {
            if endsOnSignals { try await application.runService() } else { try await application.run() }
        } catch {
            throw configuration.listeningError(error) ?? error
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

    /// Suppresses the library's messages about single connections, which do not help users.
    private static var silence: Logger {
        var logger = Logger(label: "server")
        logger.logLevel = .critical
        return logger
    }
}
