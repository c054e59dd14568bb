/// A page of result tables, with links to pages of the trajectories behind them.
package struct FiguresPage: Sendable {
    package struct Link: Sendable, Hashable {
        package let name: String
        /// Relative to the page.
        package let path: String

        package init(_ name: String, path: String) {
            self.name = name
            self.path = path
        }
    }

    package let title: String
    /// A one- or two-sentence summary of the result.
    package let lead: String
    package let facts: [ReportContent.Fact]
    package let tables: [FigureTable]
    package let links: [Link]

    package init(
        title: String, lead: String, facts: [ReportContent.Fact], tables: [FigureTable], links: [Link]
    ) {
        self.title = title
        self.lead = lead
        self.facts = facts
        self.tables = tables
        self.links = links
    }

    /// The page as one self-contained HTML document.
    package var text: String {
        Page(title: title) {
            HTML.element("header", ["class": "top"]) {
                HTML.element("p", ["class": "over"]) { "DeepEyes evaluation" }
                HTML.element("h1") { title }
                HTML.element("p", ["class": "lead"]) { lead }
                Page.navigation(links)
            }
            for table in tables {
                HTML.element("section") { table.html }
            }
            HTML.element("section") {
                HTML.element("h2") { "Configuration" }
                Page.list(facts)
            }
        }
        .text
    }
}

/// One of several pages of trajectories.
package struct TrajectoriesPage: Sendable {
    package let title: String
    package let pictures: [TrajectoryPicture]
    /// Links to the other pages.
    package let links: [FiguresPage.Link]

    package init(title: String, pictures: [TrajectoryPicture], links: [FiguresPage.Link]) {
        self.title = title
        self.pictures = pictures
        self.links = links
    }

    /// The page as one self-contained HTML document.
    package var text: String {
        Page(title: title, hasPictures: true) {
            HTML.element("header", ["class": "top"]) {
                HTML.element("h1") { title }
                Page.navigation(links)
            }
            for picture in pictures { TrajectoryCard(picture).html }
            Page.navigation(links)
        }
        .text
    }
}
