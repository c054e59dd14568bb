package import Imaging
import Runs

/// A page of questions with their images: `deepeyes data inspect --sheet` writes it.
package struct SheetPage: Sendable {
    /// A question as it is shown.
    package struct Item: Sendable {
        package struct Picture: Sendable {
            package let image: ReportImage
            /// Of the image itself, in which boxes are given.
            package let width: Int
            package let height: Int

            package init(image: ReportImage, width: Int, height: Int) {
                self.image = image
                self.width = width
                self.height = height
            }
        }

        package let id: String
        /// What is said of it in a word, such as kind and tools.
        package let remarks: [String]
        package let question: String
        package let answer: String
        package let pictures: [Picture]
        /// On the first picture.
        package let boxes: [Rectangle]

        package init(
            id: String, remarks: [String], question: String, answer: String, pictures: [Picture],
            boxes: [Rectangle]
        ) {
            self.id = id
            self.remarks = remarks
            self.question = question
            self.answer = answer
            self.pictures = pictures
            self.boxes = boxes
        }
    }

    package let title: String
    package let facts: [ReportContent.Fact]
    package let items: [Item]
    /// What could not be used, each with its place.
    package let problems: [String]

    package init(title: String, facts: [ReportContent.Fact], items: [Item], problems: [String]) {
        self.title = title
        self.facts = facts
        self.items = items
        self.problems = problems
    }

    /// The page as one self-contained HTML document.
    package var text: String {
        Page(title: title) {
            HTML.element("header", ["class": "top"]) {
                HTML.element("p", ["class": "over"]) { "DeepEyes data" }
                HTML.element("h1") { title }
            }
            Page.list(facts)
            HTML.element("section", ["id": "questions"]) {
                HTML.element("h2") { "Questions" }
                HTML.element("p", ["class": "note"]) { "Dashed: where the answer can be seen." }
                HTML.element("div", ["class": "sheet"]) {
                    for item in items { card(item) }
                }
            }
            if !problems.isEmpty {
                HTML.element("section", ["id": "problems"]) {
                    HTML.element("h2") { "Left out" }
                    HTML.element("pre") { problems.joined(separator: "\n") }
                }
            }
        }
        .text
    }

    private func card(_ item: Item) -> HTML {
        .element("article", ["class": "trajectory"]) {
            for (index, picture) in item.pictures.enumerated() {
                drawing(picture, boxes: index == 0 ? item.boxes : [])
            }
            HTML.element("h3", ["dir": "auto"]) { item.question }
            HTML.element("p", ["class": "answer", "dir": "auto"]) { item.answer }
            HTML.element("p", ["class": "chips"]) {
                for remark in item.remarks { HTML.element("span", ["class": "chip"]) { remark } }
                HTML.element("span", ["class": "where"]) { item.id }
            }
        }
    }

    private func drawing(_ picture: Item.Picture, boxes: [Rectangle]) -> HTML {
        .element(
            "svg",
            [
                "viewBox": "0 0 \(picture.width) \(picture.height)", "role": "img",
                "aria-label": "The image, with \(boxes.count) boxes.", "class": "scene",
            ]
        ) {
            HTML.element(
                "image",
                [
                    "href": picture.image.dataURI, "width": "\(picture.width)", "height": "\(picture.height)",
                    "preserveAspectRatio": "none",
                ])
            for box in boxes { ScenePicture.outline(box, "truth") }
        }
    }
}
