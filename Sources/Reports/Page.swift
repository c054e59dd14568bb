/// The frame of every page: a self-contained HTML file with a light and a dark theme.
struct Page {
    let title: String
    /// Whether scripts and pictures beside the page may be loaded.
    let hasFiles: Bool
    /// Scripts, embedded as one module; a page without scripts forbids all scripts.
    let scripts: [SharedFile]
    let body: HTML

    /// - Parameters:
    ///   - title: the title of the window.
    ///   - hasPictures: whether the page has pictures; they can be enlarged.
    ///   - hasFiles: whether scripts and pictures are loaded from files beside the page.
    ///   - scripts: further scripts.
    ///   - body: the content.
    init(
        title: String, hasPictures: Bool = false, hasFiles: Bool = false, scripts: [SharedFile] = [],
        @HTMLBuilder _ body: () -> HTML
    ) {
        self.title = title
        self.hasFiles = hasFiles
        let pictureScripts = hasPictures ? SharedFile.pictureScripts : []
        let names = Set(pictureScripts.map(\.name))
        self.scripts = pictureScripts + scripts.filter { !names.contains($0.name) }
        self.body = body()
    }

    var text: String {
        let page = HTML.element("html", ["lang": "en"]) {
            HTML.element("head") {
                HTML.element("meta", ["charset": "utf-8"])
                HTML.element("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
                HTML.element("meta", ["name": "color-scheme", "content": "light dark"])
                HTML.element(
                    "meta", ["http-equiv": "Content-Security-Policy", "content": contentSecurityPolicy])
                HTML.element("title") { title }
                HTML.element(
                    "link", ["rel": "icon", "type": "image/svg+xml", "href": SharedFile.icon.dataURI])
                HTML.style([.style, .results, .enlargeStyle])
            }
            HTML.element("body") {
                HTML.element("main") { body }
                if !scripts.isEmpty { HTML.module(scripts) }
            }
        }
        return "<!doctype html>\n" + page.markup + "\n"
    }

    /// Nothing may be fetched, except scripts and images beside a page that has such files.
    private var contentSecurityPolicy: String {
        let files = hasFiles ? " 'self' file:" : ""
        return "default-src 'none'; img-src data:\(files); style-src 'unsafe-inline'; "
            + (scripts.isEmpty ? "" : "script-src 'unsafe-inline'\(files); ")
            + "base-uri 'none'; form-action 'none'"
    }

    /// A list of names and values.
    @HTMLBuilder static func list(_ facts: [ReportContent.Fact]) -> HTML {
        if !facts.isEmpty {
            HTML.element("dl", ["class": "facts"]) {
                for fact in facts {
                    HTML.element("div") {
                        HTML.element("dt") { fact.name }
                        HTML.element("dd") { fact.value }
                    }
                }
            }
        }
    }
}
