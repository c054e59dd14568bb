import Agent
import Foundation
import Imaging
import Tasks
import TestFixtures
import Testing

/// Questions as other trainers spell them, and what is not understood of a row.
@Suite struct WrittenRowTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for (name, width) in [("a", 40), ("b", 50)] {
            let image = Image(size: ImageSize(width: width, height: 30), filledWith: .black)
            try folder.write(image.encodedPNG(), to: "\(name).png")
        }
    }

    private func open(_ text: String, _ name: String = "rows.jsonl") throws -> any RowFile {
        try RowFiles.open(folder.write(text, to: name))
    }

    private func example(_ line: String) throws -> Example { try open(line).example(at: 0) }

    /// The problem of a bad row.
    private func problem(_ line: String) throws -> String {
        let rows = ExampleRows(try open(line), toleratedBadFraction: 1)
        #expect(try rows.usable(0) == nil)
        return rows.badRows.first?.problem ?? ""
    }

    private func row(_ keys: String, question: String = "What?") -> String {
        #"{"messages": [{"role": "user", "content": "\#(question)"}], \#(keys)}"#
    }

    // MARK: Images

    @Test func imagesBesideMessagesTakeTheirMarks() throws {
        let read = try example(
            row(
                #""images": ["b.png", {"path": "a.png"}], "answer": "red""#,
                question: "Is <image>left of <image>?"))
        #expect(
            read.messages[0].parts == [.text("Is "), .image(0), .text("left of "), .image(1), .text("?")])
        #expect(read.images.map(\.size.width) == [50, 40])
    }

    @Test(arguments: [
        #""images": ["a.png"]"#, #""image": "a.png""#, #""images": "a.png""#,
        #""images": [{"bytes": "BYTES"}]"#,
        #""images": ["data:image/png;base64,BYTES"]"#, #""images": ["file://FOLDER/a.png"]"#,
    ])
    func anImageIsWrittenInSeveralWays(_ keys: String) throws {
        let bytes = try Data(contentsOf: folder.file("a.png")).base64EncodedString()
        let keys = keys.replacing("BYTES", with: bytes).replacing("FOLDER", with: folder.url.path)
        for question in ["<image>What?", "What?"] {
            let read = try example(row(keys + #", "answer": "red""#, question: question))
            #expect(read.messages[0].parts == [.image(0), .text("What?")])
            #expect(read.images.map(\.size.width) == [40])
        }
    }

    @Test func withoutMarksImagesOpenTheFirstMessageOfTheUser() throws {
        let read = try example(
            #"{"messages": [{"role": "system", "content": "Look."}, {"role": "user", "content": "One?"}, "#
                + #"{"role": "assistant", "content": "1"}, {"role": "user", "content": "Two?"}], "#
                + #""images": ["a.png"], "answer": "2"}"#)
        #expect(
            read.messages[1].parts == [.image(0), .text("One?")] && read.messages[3].parts == [.text("Two?")])
    }

    @Test func aPartWithoutAnAddressIsTheNextImage() throws {
        let read = try example(
            #"{"messages": [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "What?"}]}], "#
                + #""images": ["b.png"], "solution": "red"}"#)
        #expect(read.messages[0].parts == [.image(0), .text("What?")])
        #expect(read.images[0].size.width == 50 && read.answer == "red")
    }

    @Test func conversationsOfLLaVAAreRead() throws {
        let read = try example(
            #"{"id": 7, "image": "a.png", "conversations": [{"from": "human", "value": "<image>\nWhat?"}], "#
                + #""answer": "red"}"#)
        #expect(read.id == "7" && read.messages[0].parts == [.image(0), .text("\nWhat?")])
    }

    @Test(arguments: [
        (#""images": ["a.png", "b.png"]"#, "<image>What?", "1 <image> marks for 2 images"),
        (#""images": []"#, "<image>What?", "1 <image> marks for 0 images"),
        (#""images": [3]"#, "<image>What?", "images[0] must be a path"),
        (#""images": ["c.png"]"#, "<image>What?", "c.png"),
        (#""images": ["https://example.org/a.png"]"#, "<image>What?", "is on the web; download"),
        (#""videos": ["a.mp4"]"#, "What?", "videos: only images are read"),
    ])
    func imagesThatDoNotFitAreABadRow(keys: String, question: String, problem: String) throws {
        let found = try self.problem(row(keys + #", "answer": "red""#, question: question))
        #expect(found.contains(problem), "\(found)")
    }

    // MARK: Tools

    @Test(arguments: [
        "[\"image_zoom_in_tool\"]", "\"image_zoom_in_tool\"", #""[\"image_zoom_in_tool\"]""#,
        #"[{"type": "function", "function": {"name": "image_zoom_in_tool", "parameters": {}}}]"#,
    ])
    func toolsAreNamesOrObjects(_ tools: String) throws {
        #expect(try example(row(#""answer": "red", "tools": \#(tools)"#)).tools == ["image_zoom_in_tool"])
    }

    @Test(arguments: ["[\"zoom\"]", "\"code_interpreter\"", "[3]", "[{\"type\": \"function\"}]", "3"])
    func anUnknownToolIsABadRow(_ tools: String) throws {
        let found = try problem(row(#""answer": "red", "tools": \#(tools)"#))
        #expect(found.contains("there is no tool") || found.contains("tools"), "\(found)")
    }

    @Test func callsOfEarlierTurnsAreText() throws {
        let read = try example(
            #"{"messages": [{"role": "user", "content": "Where?"}, {"role": "assistant", "content": null, "#
                + #""tool_calls": [{"type": "function", "id": "c1", "function": {"name": "image_zoom_in_tool", "#
                + #""arguments": "{\"bbox_2d\":[1,2,3,4],\"label\":\"ä\"}"}}]}, {"role": "tool", "tool_call_id": "c1", "#
                + #""content": [{"type": "image", "image": "a.png"}]}, {"role": "user", "content": "And now?"}], "#
                + #""answer": "x"}"#)
        let call =
            "<tool_call>\n{\"name\": \"image_zoom_in_tool\", \"arguments\": {\"bbox_2d\": [1, 2, 3, 4], \"label\": \"ä\"}}\n"
            + "</tool_call>"
        #expect(read.messages[1].parts == [.text(call)])
    }

    // MARK: Values

    @Test(arguments: [("3", "3"), ("3.50", "3.50"), ("[\"4\"]", "4"), ("[4]", "4"), ("1e-6", "1e-6")])
    func anAnswerMayBeANumberOrAListOfOne(written: String, answer: String) throws {
        #expect(try example(row(#""answer": \#(written)"#)).answer == answer)
    }

    @Test(arguments: [
        ("[\"4\", \"four\"]", "answer is a list of 2; give the one right answer"), ("true", "not a boolean"),
        ("{\"a\": 1}", "not an object"), ("\" \"", "the answer is empty"), ("null", "answer is missing"),
        ("[]", "answer is a list of 0"),
    ])
    func anyOtherAnswerIsABadRow(written: String, problem: String) throws {
        let found = try self.problem(row(#""answer": \#(written)"#))
        #expect(found.contains(problem), "\(found)")
    }

    @Test func idsAndKindsMayBeNumbers() throws {
        let read = try example(row(#""answer": "a", "id": 17, "kind": 2"#))
        #expect(read.id == "17" && read.kind == "2")
    }

    @Test func keysWithoutEffectAreNamedOnce() throws {
        let line = row(#""answer": "a", "kindd": "x", "Tools": []"#)
        let note = #"{"messages": [{"role": "user", "content": "a", "loss": 1}], "answer": "a"}"#
        let file = try open([row(#""answer": "a""#), line, line, note].joined(separator: "\n"))
        let rows = ExampleRows(file)
        for index in 0..<4 { _ = try rows.example(at: index) }
        #expect(
            rows.unreadKeys.map { $0.text(in: "rows.jsonl") } == [
                "rows.jsonl:2: the key Tools is not read; check its spelling",
                "rows.jsonl:2: the key kindd is not read; check its spelling",
                "rows.jsonl:4: the key messages[].loss is not read; check its spelling",
            ])
    }

    // MARK: Files

    @Test func aByteOrderMarkIsAccepted() throws {
        #expect(try example("\u{FEFF}" + row(#""answer": "a""#)).answer == "a")
    }

    @Test func aFileThatIsNotRowsIsRefused() throws {
        let png = try Data(contentsOf: folder.file("a.png"))
        let files: [(String, Data, String)] = [
            ("a.jpg", Data([0xFF, 0xD8, 0xFF, 0xE0, 0x0A, 0x7B, 0x0A]), "is not text; give a JSONL file"),
            ("a.jsonl", png, "is not text"), ("b.jsonl", Data("PAR1".utf8), "rename it to end in .parquet"),
            ("c.json", Data("[\n {\"a\": 1}]".utf8), "is a JSON list, not JSONL"),
            ("d.csv", Data("question,answer\na,b\n".utf8), "has no line that begins a JSON object"),
        ]
        for (name, bytes, problem) in files {
            let url = try folder.write(bytes, to: name)
            let error = #expect(throws: ExampleFileError.self) { try RowFiles.open(url) }
            #expect(error?.description.hasPrefix(url.path) == true)
            #expect(error?.problem.contains(problem) == true, "\(error?.problem ?? "")")
        }
    }

    @Test func reasonsAreCounted() throws {
        let lines = Array(repeating: row(#""kind": "a""#), count: 30) + Array(repeating: "{}", count: 10)
        let rows = ExampleRows(try open(lines.joined(separator: "\n")), toleratedBadFraction: 1)
        let error = #expect(throws: ExampleFileError.self) { try rows.checkSample() }
        #expect(
            error?.problem
                == "no row can be used: line 1: answer is missing (30 rows like it); "
                + "line 31: messages is missing (10 rows like it)")
        let single = ExampleRows(try open("{}"))
        let reason = #expect(throws: ExampleFileError.self) { try single.example(at: 0) }
        #expect(reason?.problem == "no row can be used: line 1: messages is missing")
        let good = ExampleRows(try open(row(#""answer": "a""#)))
        try good.checkSample()
    }

    /// Problems that differ only in a path or a number have one reason.
    @Test func pathsAndNumbersDoNotPartReasons() {
        let rows = ["cannot open /a/1.png: gone", "cannot open /b/2.png: gone", "other"].enumerated().map {
            BadRow(number: $0.offset + 1, problem: $0.element)
        }
        #expect(
            BadRowGroup.all(of: rows).map { $0.text(at: "x:") } == [
                "x:1: cannot open /a/1.png: gone (2 rows like it)", "x:3: other",
            ])
    }
}
