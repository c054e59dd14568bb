package import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// A sample image with a question, for users without a photo of their own.
package struct SampleQuestion: Sendable {
    package let png: Data
    package let question: String

    package init(png: Data, question: String) {
        self.png = png
        self.question = question
    }
}

/// The playground at `/`: a user asks about a photo and sees the model's tool calls.
package struct PlaygroundRoutes: RouteSet {
    private let sample: (@Sendable (UInt64) throws -> SampleQuestion)?
    private let hasRuns: Bool

    /// - Parameters:
    ///   - hasRuns: whether the server also shows runs, at `/runs`.
    ///   - sample: creates the sample with a given index, deterministically; nil if the page offers no samples.
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
            routes.router.get("playground/scenes/:index") { _, context in
                guard let index = context.parameters.get("index").flatMap(UInt64.init) else {
                    throw APIError.invalid("index", "must be a non-negative integer")
                }
                return try Self.response(sample(index))
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
