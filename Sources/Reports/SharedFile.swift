internal import Foundation

/// A style sheet, script or icon used by both reports and server pages, embedded in the executable.
package struct SharedFile: Sendable {
    package let name: String
    package let bytes: [UInt8]

    private init(_ name: String, _ bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    /// Colours, typefaces and plain elements, for every page.
    package static let style = SharedFile("style.css", PackageResources.style_css)
    /// Tables, charts and trajectories.
    package static let results = SharedFile("results.css", PackageResources.results_css)
    /// Pictures that are opened over the page.
    package static let enlargeStyle = SharedFile("enlarge.css", PackageResources.enlarge_css)
    package static let icon = SharedFile("icon.svg", PackageResources.icon_svg)

    private static let format = SharedFile("format.js", PackageResources.format_js)
    private static let elements = SharedFile("elements.js", PackageResources.elements_js)

    /// The scripts that draw charts, each after the scripts that it imports.
    package static let chartScripts = [
        elements,
        format,
        SharedFile("smoothing.js", PackageResources.smoothing_js),
        SharedFile("axis.js", PackageResources.axis_js),
        SharedFile("chart.js", PackageResources.chart_js),
        SharedFile("learning_curves.js", PackageResources.learning_curves_js),
    ]

    private static let enlarge = SharedFile("enlarge.js", PackageResources.enlarge_js)

    /// The scripts that let pictures be enlarged, each after the scripts that it imports.
    package static let pictureScripts = [
        elements, enlarge, SharedFile("pictures.js", PackageResources.pictures_js),
    ]

    /// The scripts that list answers, each after the scripts that it imports.
    package static let answerScripts = [
        elements, format, SharedFile("answers.js", PackageResources.answers_js),
    ]

    /// The files that the server provides under `/assets`.
    package static let all = [style, results, enlargeStyle, icon] + chartScripts + [enlarge]

    /// Draws the curves of a report.
    package static let reportScript = SharedFile("report.js", PackageResources.report_js)

    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The text for embedding in a page, without `import` lines: imported scripts come earlier in the same element.
    var inlineText: String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.hasPrefix("import ") }.joined(separator: "\n")
    }

    var dataURI: String {
        "data:image/svg+xml;base64,\(Data(bytes).base64EncodedString())"
    }
}

extension HTML {
    /// Embedded style sheets.
    static func style(_ files: [SharedFile]) -> HTML {
        .element("style") { HTML(files) }
    }

    /// Scripts embedded as one module. They share a scope: top-level names must be unique, imports must not rename, and each
    /// import must be on one line.
    static func module(_ files: [SharedFile]) -> HTML {
        .element("script", ["type": "module"]) { HTML(files) }
    }
}
