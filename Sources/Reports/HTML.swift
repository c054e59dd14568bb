/// Safe HTML: strings are escaped when they become `HTML`, and element and attribute names can only be literals in this
/// program.
package struct HTML: Sendable, Equatable {
    package let markup: String

    /// Text, escaped.
    package init(_ text: String) {
        markup = Self.escape(text)
    }

    private init(markup: String) {
        self.markup = markup
    }

    package static let empty = HTML(markup: "")

    /// Concatenated style sheets or scripts that are part of the program.
    init(_ files: [SharedFile]) {
        markup = files.map(\.inlineText).joined()
    }

    /// JSON for a `script` element. HTML's special characters are written as JSON escapes, and characters that would hide or
    /// reorder the following text are replaced.
    init(json: String) {
        var escaped = ""
        escaped.reserveCapacity(json.utf8.count)
        for scalar in json.unicodeScalars {
            switch scalar {
            case "&": escaped += "\\u0026"
            case "<": escaped += "\\u003c"
            case ">": escaped += "\\u003e"
            case "'": escaped += "\\u0027"
            case _ where Self.isHiding(scalar): escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        markup = escaped
    }

    /// An element; attributes with a nil value are omitted.
    package static func element(
        _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String?> = [:],
        @HTMLBuilder _ children: () -> HTML = { .empty }
    ) -> HTML {
        var opening = "<\(name)"
        for case (let attribute, let value?) in attributes {
            opening += " \(attribute)=\"\(escape(value))\""
        }
        let content = children().markup
        return HTML(markup: isVoid("\(name)") ? opening + ">" : "\(opening)>\(content)</\(name)>")
    }

    /// Concatenated pieces.
    package static func joined(_ pieces: [HTML]) -> HTML {
        HTML(markup: pieces.map(\.markup).joined())
    }

    /// Escapes HTML's special characters, and replaces characters that would hide or reorder the following text.
    package static func escape(_ text: String) -> String {
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "\n", "\t": escaped.unicodeScalars.append(scalar)
            case _ where isHiding(scalar): escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static func isHiding(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}": true
        default: false
        }
    }

    private static func isVoid(_ name: String) -> Bool {
        name == "meta" || name == "link" || name == "img" || name == "br"
    }
}

/// Builds the children of an element, with conditions and loops; a `String` becomes escaped text.
@resultBuilder
package enum HTMLBuilder {
    package static func buildExpression(_ text: String) -> HTML { HTML(text) }
    package static func buildExpression(_ html: HTML) -> HTML { html }
    package static func buildExpression(_ html: HTML?) -> HTML { html ?? .empty }
    package static func buildBlock(_ pieces: HTML...) -> HTML { .joined(pieces) }
    package static func buildOptional(_ piece: HTML?) -> HTML { piece ?? .empty }
    package static func buildEither(first piece: HTML) -> HTML { piece }
    package static func buildEither(second piece: HTML) -> HTML { piece }
    package static func buildArray(_ pieces: [HTML]) -> HTML { .joined(pieces) }
}
