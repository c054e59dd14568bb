package import Imaging
import Runs

/// A page of questions with their images, written by `deepeyes data inspect --sheet`.
package struct SheetPage: Sendable {
    /// A question on the page.
    package struct Item: Sendable {
        package struct Picture: Sendable {
            package let image: ReportImage
            /// Width of the original image in pixels; boxes are in its coordinates.
            package let width: Int
            package let height: Int

            package init(image: ReportImage, width: Int, height: Int) {
                self.image = image
                self.width = width
                self.height = height
            }
        }

        package let id: String
        /// Short labels, such as kind and tools.
        package let remarks: [String]
        package let question: String
        package let answer: String
        package let pictures: [Picture]
        /// Ground-truth boxes on the first picture.
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
    /// The bad rows, each with file, line and problem.
    package let problems: [String]

    package init(title: String, facts: [ReportContent.Fact], items: [Item], problems: [String]) {
        self.title = title
        self.facts = facts
        self.items = items
        self.problems = problems
    }

    /// The page as one self-contained HTML document.
    package var text: String {
        Page(title: title, hasPictures: items.contains { !$0.pictures.isEmpty }) {
            HTML.element("header", ["class": "top"]) {
                HTML.element("p", ["class": "over"]) { "DeepEyes data" }
                HTML.element("h1") { title }
            }
            Page.list(facts)
            HTML.element("section", ["id": "questions"]) {
                HTML.element("h2") { "Questions" }
                HTML.element("p", ["class": "note"]) { "Dashed: ground truth." }
                HTML.element("div", ["class": "sheet"]) {
                    for item in items { card(item) }
                }
            }
            if !problems.isEmpty {
                HTML.element("section", ["id": "problems"]) {
                    HTML.element("h2") { "Bad rows" }
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
                    "href": picture.image.address, "width": "\(picture.width)", "height": "\(picture.height)",
                    "preserveAspectRatio": "none",
                ])
            for box in boxes { ScenePicture.outline(box, "truth") }
        }
    }
}
