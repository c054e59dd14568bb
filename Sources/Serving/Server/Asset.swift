import Hummingbird
import NIOCore
import Reports
import Runs

/// A file of a page, part of the program.
struct Asset: Sendable {
    private let bytes: [UInt8]
    private let type: String

    static func page(_ bytes: [UInt8]) -> Asset { Asset(bytes: bytes, type: "text/html; charset=utf-8") }
    static func style(_ bytes: [UInt8]) -> Asset { Asset(bytes: bytes, type: "text/css; charset=utf-8") }
    static func drawing(_ bytes: [UInt8]) -> Asset { Asset(bytes: bytes, type: "image/svg+xml") }
    static func script(_ bytes: [UInt8]) -> Asset {
        Asset(bytes: bytes, type: "text/javascript; charset=utf-8")
    }

    var response: Response {
        Response(
            status: .ok, headers: [.contentType: type, .cacheControl: "no-cache"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

/// What the pages of all parts have in common.
struct SharedAssets: RouteSet {
    static let stylePath = "/assets/style.css"
    static let iconPath = "/assets/icon.svg"

    func add(to routes: ServerRoutes) {
        routes.router.get(.init(Self.stylePath)) { _, _ in
            Asset.style(Array("\(Stylesheet.foundation)".utf8) + PackageResources.style_css).response
        }
        routes.router.get(.init(Self.iconPath)) { _, _ in Asset.drawing(PackageResources.icon_svg).response }
    }
}
