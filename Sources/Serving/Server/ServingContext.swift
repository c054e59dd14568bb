import Hummingbird
import NIOCore

/// The request context, with the request's connection.
struct ServingContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}

/// A set of routes.
package protocol RouteSet: Sendable {
    func add(to routes: ServerRoutes)
}

/// The router and the state that route sets use.
package struct ServerRoutes {
    let router: Router<ServingContext>
    let state: ServerState
}

/// The state that all routes of a running server use.
struct ServerState: Sendable {
    let configuration: ServerConfiguration
    let connections = Connections()
    let metrics = ServerMetrics()
}
