import Foundation
import HTTPTypes
import Hummingbird

/// The login page: stores the API key in a cookie that scripts cannot read.
struct LoginRoutes: RouteSet {
    static let path = "/login"
    private static let cookie = "deepeyes_key"

    func add(to routes: ServerRoutes) {
        let key = routes.state.configuration.apiKey
        routes.router.get(.init(Self.path)) { _, _ in Self.page(problem: nil) }
        routes.router.post(.init(Self.path)) { request, _ in
            var request = request
            let body = try await request.collectBody(upTo: 4096)
            let fields = URLComponents(string: "?" + String(buffer: body).replacing("+", with: "%20"))?
                .queryItems
            let shown = fields?.first { $0.name == "key" }?.value ?? ""
            guard let key, Secret.isEqual(shown, key) else {
                return Self.page(problem: "Wrong API key.")
            }
            let value = Data(shown.utf8).base64EncodedString()
            return Response(
                status: .seeOther,
                headers: [
                    .location: "/",
                    .setCookie: "\(Self.cookie)=\(value); Path=/; HttpOnly; SameSite=Strict",
                ])
        }
    }

    /// The key in the request's cookie.
    static func key(in request: Request) -> String? {
        request.cookies[cookie].flatMap { Data(base64Encoded: $0.value) }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private static func page(problem: String?) -> Response {
        .text(
            """
            <!doctype html>
            <html lang="en"><meta charset="utf-8"><title>DeepEyes</title>
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <link rel="icon" href="\(SharedAssets.iconPath)" type="image/svg+xml">
            <link rel="stylesheet" href="\(SharedAssets.stylePath)">
            <link rel="stylesheet" href="\(SharedAssets.serverStylePath)">
            <main class="login"><h1>DeepEyes</h1>
            <form method="post" action="\(path)"><label>API key
            <input name="key" type="password" autocomplete="current-password" required autofocus></label> <button type="submit">Log in</button></form>
            <p role="alert">\(problem ?? "")</p></main></html>

            """, type: "text/html; charset=utf-8", status: problem == nil ? .ok : .unauthorized)
    }
}
