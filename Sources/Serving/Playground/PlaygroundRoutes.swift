package import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// A sample image with a question and its right answer, for users without a photo of their own.
package struct SampleQuestion: Sendable {
    package let png: Data
    package let question: String
    package let answer: String

    package init(png: Data, question: String, answer: String) {
        self.png = png
        self.question = question
        self.answer = answer
    }
}

/// The playground at `/`: a user asks about a photo and sees the model's tool calls.
package struct PlaygroundRoutes: RouteSet {
    private let sample: (@Sendable (UInt64) throws -> SampleQuestion)?
    private let hasRuns: Bool
    private let card: String?

    /// - Parameters:
    ///   - card: what the model can do, in a line; nil if nothing is known.
    ///   - hasRuns: whether the server also shows runs, at `/runs`.
    ///   - sample: creates the sample with a given index, deterministically; nil if the page offers no samples.
    package init(
        card: String? = nil, hasRuns: Bool = false,
        sample: (@Sendable (UInt64) throws -> SampleQuestion)? = nil
    ) {
        self.card = card
        self.hasRuns = hasRuns
        self.sample = sample
    }

    private struct Offers: Encodable {
        let scenes: Bool
        let runs: Bool
        let card: String?
        let maximumMegabytes: Int
    }

    private static let files = [
        ("/", "playground.html", PackageResources.playground_html),
        ("assets/playground.css", "playground.css", PackageResources.playground_css),
        ("assets/playground.js", "playground.js", PackageResources.playground_js),
        (
            "assets/playground_answer.js", "playground_answer.js", PackageResources.playground_answer_js
        ),
        (
            "assets/playground_history.js", "playground_history.js", PackageResources.playground_history_js
        ),
        (
            "assets/playground_photos.js", "playground_photos.js", PackageResources.playground_photos_js
        ),
    ]

    package func add(to routes: ServerRoutes) {
        let offers = Offers(
            scenes: sample != nil, runs: hasRuns, card: card,
            maximumMegabytes: routes.state.configuration.maximumBodyBytes >> 20)
        for (path, name, bytes) in Self.files {
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
        func encoded(_ text: String) -> String {
            text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "image/png", .question: encoded(sample.question),
                .answer: encoded(sample.answer),
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: sample.png)))
    }
}

extension HTTPField.Name {
    fileprivate static let question = Self("Question")!
    fileprivate static let answer = Self("Answer")!
}
