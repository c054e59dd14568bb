/// The frame of every page: one file that loads nothing, in light and dark.
struct Page {
    let title: String
    let body: HTML

    init(title: String, @HTMLBuilder _ body: () -> HTML) {
        self.title = title
        self.body = body()
    }

    var text: String {
        let page = HTML.element("html", ["lang": "en"]) {
            HTML.element("head") {
                HTML.element("meta", ["charset": "utf-8"])
                HTML.element("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
                HTML.element("meta", ["name": "color-scheme", "content": "light dark"])
                HTML.element(
                    "meta", ["http-equiv": "Content-Security-Policy", "content": Self.contentSecurityPolicy])
                HTML.element("title") { title }
                HTML.element("style") { Stylesheet.html }
            }
            HTML.element("body") {
                HTML.element("main") { body }
                HTML.element("script") { HoverScript.html }
            }
        }
        return "<!doctype html>\n" + page.markup + "\n"
    }

    /// Nothing is fetched: pictures are in the page, and so is what little script there is.
    private static let contentSecurityPolicy =
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
        + "base-uri 'none'; form-action 'none'"

    /// Names and values, side by side.
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

    @HTMLBuilder static func navigation(_ links: [FiguresPage.Link]) -> HTML {
        if !links.isEmpty {
            HTML.element("nav", ["aria-label": "Pages"]) {
                for link in links { HTML.element("a", ["href": link.path]) { link.name } }
            }
        }
    }
}
