import Foundation
import Imaging
import Reports
import Runs
import Testing

/// The page of questions.
@Suite struct SheetPageTests {
    private let page = SheetPage(
        title: "train.parquet", facts: [.init("questions", "2")],
        items: [
            .init(
                id: "train.parquet:1", remarks: ["chart"], question: "Is a < b?", answer: "yes",
                pictures: [
                    .init(
                        image: ReportImage(bytes: Data([1, 2, 3]), format: .jpeg, width: 20, height: 10),
                        width: 400, height: 200)
                ],
                boxes: [Rectangle(10, 20, 30, 60)])
        ],
        problems: ["train.parquet:2: <no image>"])

    @Test func aQuestionIsShownWithItsImageAndAnswer() {
        #expect(page.text.contains("Is a &lt; b?") && page.text.contains("data:image/jpeg;base64,AQID"))
        #expect(page.text.contains("train.parquet:1"))
    }

    @Test func boxesAreDrawnInThePixelsOfTheImage() {
        #expect(page.text.contains(#"viewBox="0 0 400 200""#))
        #expect(page.text.contains(#"x="10" y="20" width="20" height="40""#))
    }

    @Test func itsPicturesCanBeEnlarged() {
        #expect(page.text.ranges(of: "<script").count == 1 && page.text.contains("enlargePictures();"))
    }

    @Test func aPageWithoutPicturesRunsNoScripts() {
        let text = SheetPage(title: "empty", facts: [], items: [], problems: []).text
        #expect(!text.contains("<script") && !text.contains("script-src"))
    }

    @Test func whatWasLeftOutIsListed() {
        #expect(page.text.contains("train.parquet:2: &lt;no image&gt;"))
    }
}
