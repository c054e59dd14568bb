import Foundation
import HTTPTypes
import Hummingbird

/// Middleware for every route: checks origin and API key, sets security headers, and formats errors.
struct Gatekeeper: RouterMiddleware {
    typealias Context = ServingContext

    let configuration: ServerConfiguration
    let metrics: ServerMetrics

    /// Paths that need no key: the health check, and the login page with its files.
    private static let open: Set<String> = [
        "/healthz", LoginRoutes.path, SharedAssets.iconPath, SharedAssets.stylePath,
        SharedAssets.serverStylePath,
    ]

    /// Pages may load scripts, styles and data of this server only, and images they create themselves.
    private static let contentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        + "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    func handle(
        _ request: Request, context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response = await self.response(request, context, next)
        response.headers[.contentSecurityPolicy] = Self.contentPolicy
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.referrerPolicy] = "same-origin"
        response.headers[.crossOriginResourcePolicy] = "same-origin"
        metrics.countResponse(
            route: context.endpointPath ?? "unknown", status: Int(response.status.code))
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func response(
        _ request: Request, _ context: Context, _ next: (Request, Context) async throws -> Response
    ) async -> Response {
        do {
            try checkOrigin(request)
            if let refusal = refusal(request) { return refusal }
            return try await next(request, context)
        } catch let error as APIError {
            return .error(error)
        } catch let error as HTTPError where error.status == .notFound {
            return .error(.noRoute(request.uri.path))
        } catch let error as HTTPError {
            return .error(
                APIError(
                    status: error.status.code, .invalidRequest, error.body ?? error.status.reasonPhrase))
        } catch is CancellationError {
            metrics.countAbandoned()
            return .error(APIError(status: 499, .invalidRequest, "the client disconnected"))
        } catch {
            return .error(APIError(status: 500, .server, "\(error)", code: "internal_error"))
        }
    }

    /// Prevents other web sites from reaching the server through a browser on this machine.
    private func checkOrigin(_ request: Request) throws(APIError) {
        let authority = request.head.authority ?? ""
        if configuration.apiKey == nil {
            guard ServerConfiguration.loopbackNames.contains(Self.host(of: authority)) else {
                throw APIError(
                    status: 403, .permission, "this server accepts requests to localhost only",
                    code: "wrong_host")
            }
        }
        if let origin = request.headers[.origin], let url = URL(string: origin) {
            let port = url.port.map { ":\($0)" } ?? ""
            guard "\(url.host() ?? "")\(port)" == authority else {
                throw APIError(
                    status: 403, .permission, "pages of \(origin) may not use this server",
                    code: "wrong_origin")
            }
        }
    }

    /// The name without its port.
    private static func host(of authority: String) -> String {
        if authority.hasPrefix("[") { return String(authority.prefix { $0 != "]" }) + "]" }
        return String(authority.prefix { $0 != ":" })
    }

    /// The response to a request without a valid key; nil if the request may proceed.
    private func refusal(_ request: Request) -> Response? {
        guard let key = configuration.apiKey, !Self.open.contains(request.uri.path) else { return nil }
        let bearer = request.headers[.authorization].flatMap { value in
            value.lowercased().hasPrefix("bearer ") ? String(value.dropFirst(7)) : nil
        }
        if let shown = bearer ?? LoginRoutes.key(in: request), Secret.isEqual(shown, key) { return nil }
        if request.method == .get, request.headers[.accept]?.contains("text/html") == true {
            return Response(status: .seeOther, headers: [.location: LoginRoutes.path])
        }
        return .error(
            APIError(
                status: 401, .authentication, "a valid API key is required: Authorization: Bearer KEY",
                code: "invalid_api_key"))
    }
}

enum Secret {
    /// Compares in constant time, so that the duration does not reveal where the first difference is.
    static func isEqual(_ left: String, _ right: String) -> Bool {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        var difference = left.count ^ right.count
        for index in right.indices {
            difference |= Int(right[index] ^ (left.isEmpty ? 0 : left[index % left.count]))
        }
        return difference == 0
    }
}

extension HTTPField.Name {
    static let crossOriginResourcePolicy = Self("Cross-Origin-Resource-Policy")!
    static let referrerPolicy = Self("Referrer-Policy")!
}
