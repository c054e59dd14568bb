internal import Foundation
import Runs

/// A page with one trajectory, written by `deepeyes ask --trace`.
package struct TracePage: Sendable {
    package let picture: TrajectoryPicture
    /// Facts about the trajectory, such as checkpoint and image.
    package let facts: [ReportContent.Fact]

    package init(_ picture: TrajectoryPicture, facts: [ReportContent.Fact] = []) {
        self.picture = picture
        self.facts = facts
    }

    /// The page as one self-contained HTML document.
    package var text: String {
        Page(title: picture.record.question, hasPictures: true) {
            TrajectoryCard(picture, isPage: true).html
            Page.list(facts)
            HTML.element("section", ["id": "tokens"]) {
                HTML.element("h2") { "Tokens" }
                HTML.element("p", ["class": "note"]) {
                    "The conversation as the model's token text; repeated special tokens are written with a count."
                }
                for segment in picture.record.segments { raw(segment) }
            }
        }
        .text
    }

    private func raw(_ segment: SegmentRecord) -> HTML {
        .element("div", ["class": "raw \(segment.kind.rawValue)"]) {
            HTML.element("p", ["class": "note"]) {
                "\(segment.kind.rawValue.capitalized) · \(Readable.count(segment.tokens.count)) tokens"
                if let perplexity = segment.perplexity {
                    " · perplexity \(Readable.fixed(perplexity, 2))"
                }
            }
            HTML.element("pre", ["dir": "auto"]) { Self.withRepeatsCounted(segment.text) }
        }
    }

    /// `<|image_pad|>` sixteen times becomes `<|image_pad|>×16`.
    static func withRepeatsCounted(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "<|") {
            result += rest[..<start.lowerBound]
            rest = rest[start.lowerBound...]
            guard let end = rest.firstRange(of: "|>") else { break }
            let token = rest[..<end.upperBound]
            var count = 0
            while rest.hasPrefix(token) {
                rest = rest.dropFirst(token.count)
                count += 1
            }
            result += token + (count > 1 ? "×\(count)" : "")
        }
        return result + rest
    }
}

extension SegmentRecord {
    /// The perplexity of the segment; nil without log-probabilities.
    fileprivate var perplexity: Double? {
        guard !logProbabilities.isEmpty else { return nil }
        return exp(-logProbabilities.reduce(0) { $0 + Double($1) } / Double(logProbabilities.count))
    }
}
