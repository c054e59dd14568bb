import Hummingbird
import NIOCore

/// What a handler knows of the connection beside its request.
struct ServingContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}

/// A part of what the server answers.
package protocol RouteSet: Sendable {
    func add(to routes: ServerRoutes)
}

/// Where parts of the server put their routes.
package struct ServerRoutes {
    let router: Router<ServingContext>
    let state: ServerState
}

/// What the parts of a running server share.
struct ServerState: Sendable {
    let configuration: ServerConfiguration
    let connections = Connections()
    let metrics = ServerMetrics()
}
