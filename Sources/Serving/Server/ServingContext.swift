import HTTPTypes
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

    private static let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]

    /// Makes every path refuse the methods that it has no route for, with the ones it has.
    func refuseOtherMethods() {
        for (path, routes) in Dictionary(grouping: router.routes, by: \.path.description) {
            var allowed = routes.map(\.method)
            // The router answers HEAD wherever there is GET.
            if allowed.contains(.get) { allowed.append(.head) }
            let names = Self.methods.filter(allowed.contains)
            for method in Self.methods where !allowed.contains(method) {
                router.on(.init(path), method: method) { _, _ -> Response in
                    throw APIError.wrongMethod(method, allowed: names)
                }
            }
        }
    }
}

/// The state that all routes of a running server use.
struct ServerState: Sendable {
    let configuration: ServerConfiguration
    let connections = Connections()
    let metrics = ServerMetrics()
}
