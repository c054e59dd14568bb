package import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// A picture with a question about it, for somebody who has no photo at hand.
package struct SampleQuestion: Sendable {
    package let png: Data
    package let question: String

    package init(png: Data, question: String) {
        self.png = png
        self.question = question
    }
}

/// The page at `/`, where a person asks about a photo and watches the model look closer.
package struct PlaygroundRoutes: RouteSet {
    private let sample: (@Sendable (UInt64) throws -> SampleQuestion)?
    private let hasRuns: Bool

    /// - Parameters:
    ///   - hasRuns: whether the server also shows runs, at `/runs`.
    ///   - sample: makes the picture of a number, the same each time; nil if the page offers none.
    package init(hasRuns: Bool = false, sample: (@Sendable (UInt64) throws -> SampleQuestion)? = nil) {
        self.hasRuns = hasRuns
        self.sample = sample
    }

    private struct Offers: Encodable {
        let scenes: Bool
        let runs: Bool
    }

    package func add(to routes: ServerRoutes) {
        let offers = Offers(scenes: sample != nil, runs: hasRuns)
        for (path, name, bytes) in [
            ("/", "playground.html", PackageResources.playground_html),
            ("assets/playground.css", "playground.css", PackageResources.playground_css),
            ("assets/playground.js", "playground.js", PackageResources.playground_js),
        ] {
            let asset = Asset(name, bytes)
            routes.router.get(.init(path)) { _, _ in asset.response }
        }
        routes.router.get("playground/offers") { _, _ in Response.json(offers) }
        if let sample {
            routes.router.get("playground/scenes/:number") { _, context in
                guard let number = context.parameters.get("number").flatMap(UInt64.init) else {
                    throw APIError.invalid("number", "must be a whole number")
                }
                return try Self.response(sample(number))
            }
        }
    }

    private static func response(_ sample: SampleQuestion) -> Response {
        let question = sample.question.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        return Response(
            status: .ok, headers: [.contentType: "image/png", .question: question],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: sample.png)))
    }
}

extension HTTPField.Name {
    fileprivate static let question = Self("Question")!
}
