import Agent
import Imaging
import Tasks
import Testing

@Suite struct ExampleTests {
    private let image = Image(size: ImageSize(width: 400, height: 200), filledWith: .black)

    @Test func messagesShowTheImagesWhereTheyAreReferredTo() throws {
        let example = Example(
            id: "a",
            messages: [.instruction, .init(role: .user, parts: [.text("See "), .image(0), .text("?")])],
            images: [image], answer: "yes", kind: "existence")
        let messages = try example.messages(viewedBy: TenthFormat())
        #expect(messages.map(\.role) == [.system, .user])
        #expect(
            messages[0].text
                == "You are a careful visual assistant. Think first, then answer inside <answer></answer>.")
        #expect(messages[1].text == "See ?")
        #expect(messages[1].images.map(\.viewSize) == [ImageSize(width: 40, height: 20)])
        #expect(example.question == "See ?")
    }

    @Test func aMissingImageIsAnErrorThatNamesTheExample() {
        let example = Example(
            id: "a7", messages: [.question("What?", imageCount: 2)], images: [image], answer: "", kind: "x")
        #expect(throws: ExampleError.missingImage(id: "a7", index: 1, count: 1)) {
            try example.messages(viewedBy: TenthFormat())
        }
    }
}
