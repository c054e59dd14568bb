import Hummingbird
import NIOCore
import Reports

/// A static file embedded in the executable.
struct Asset: Sendable {
    private let bytes: [UInt8]
    private let type: String

    /// - Parameter name: its extension determines the content type.
    init(_ name: String, _ bytes: [UInt8]) {
        self.bytes = bytes
        type =
            switch name.split(separator: ".").last {
            case "html": "text/html; charset=utf-8"
            case "css": "text/css; charset=utf-8"
            case "js": "text/javascript; charset=utf-8"
            case "svg": "image/svg+xml"
            default: preconditionFailure("no content type for \(name)")
            }
    }

    var response: Response {
        Response(
            status: .ok, headers: [.contentType: type, .cacheControl: "no-cache"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

/// Static files shared by all pages: those of reports, and the server's style sheet.
struct SharedAssets: RouteSet {
    static let iconPath = path(SharedFile.icon.name)
    static let stylePath = path(SharedFile.style.name)
    static let serverStylePath = path("server.css")

    func add(to routes: ServerRoutes) {
        let files = SharedFile.all.map { ($0.name, $0.bytes) } + [("server.css", PackageResources.server_css)]
        for (name, bytes) in files {
            let asset = Asset(name, bytes)
            routes.router.get(.init(Self.path(name))) { _, _ in asset.response }
        }
    }

    private static func path(_ name: String) -> String { "/assets/\(name)" }
}
