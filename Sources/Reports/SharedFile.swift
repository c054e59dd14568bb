internal import Foundation

/// A style sheet, a script or the icon that reports and the pages of the server have in common: part of the program.
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
    package static let icon = SharedFile("icon.svg", PackageResources.icon_svg)

    /// What draws charts, in an order in which a script comes after all that it imports.
    package static let chartScripts = [
        SharedFile("elements.js", PackageResources.elements_js),
        SharedFile("format.js", PackageResources.format_js),
        SharedFile("smoothing.js", PackageResources.smoothing_js),
        SharedFile("axis.js", PackageResources.axis_js),
        SharedFile("chart.js", PackageResources.chart_js),
        SharedFile("learning_curves.js", PackageResources.learning_curves_js),
    ]

    /// What a server has under one address for all of its pages.
    package static let all = [style, results, icon] + chartScripts

    /// Draws the curves of a report.
    package static let reportScript = SharedFile("report.js", PackageResources.report_js)

    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The text as it stands inside a page, which has nowhere to import from: without the lines that import scripts which
    /// come before it in the same element.
    var inlineText: String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.hasPrefix("import ") }.joined(separator: "\n")
    }

    var dataURI: String {
        "data:image/svg+xml;base64,\(Data(bytes).base64EncodedString())"
    }
}

extension HTML {
    /// A style sheet as it stands inside a page.
    static func style(_ files: [SharedFile]) -> HTML {
        .element("style") { HTML(files) }
    }

    /// Scripts as one module inside a page. They share one scope, so their top-level names must differ, and they must import
    /// each other by these names, an import a line.
    static func module(_ files: [SharedFile]) -> HTML {
        .element("script", ["type": "module"]) { HTML(files) }
    }
}
