import Agent
import Evaluation
import Foundation
import Imaging
import Reports
import Tasks
import TestFixtures
import Testing

/// Benchmarks in the form in which they lie on disk: small ones that `Tools/reference/benchmark_fixtures.py` made.
@Suite struct BenchmarkTests {
    private static let fixtures = GoldenFolder().url.appending(path: "benchmarks")

    private func questions(_ name: String, _ path: String) throws -> BenchmarkQuestions {
        try BenchmarkQuestions(Benchmark(named: name), data: Self.fixtures.appending(path: path))
    }

    /// Name, folder or file, and how many items it holds.
    static let all = [
        ("vstar", "vstar", 4), ("hrbench-4k", "hrbench", 8), ("hrbench-8k", "hrbench", 8),
        ("pope", "pope", 6),
        ("mme-realworld-lite", "mme-realworld-lite", 6), ("mathvista", "mathvista", 3),
        ("mathvision", "mathvision/test.jsonl", 2), ("mathverse", "mathverse", 4),
        ("wemath", "wemath/WeMath.tsv", 16), ("dynamath", "dynamath", 9), ("logicvista", "logicvista", 5),
        ("mmmu", "mmmu", 4), ("mmstar", "mmstar", 4), ("mmvet", "mmvet", 4), ("slake", "slake", 5),
        ("aime2024", "aime2024", 5), ("refcoco", "refcoco", 4), ("reasonseg", "reasonseg", 2),
    ]

    @Test(arguments: all) func everyItemIsRead(name: String, path: String, count: Int) throws {
        let questions = try questions(name, path)
        #expect(questions.count == count)
        for index in 0..<questions.count {
            let item = try questions.item(at: index)
            #expect(!item.question.isEmpty)
            #expect(item.rightOption != nil || !item.answer.isEmpty || !item.boxes.isEmpty)
            #expect(item.images.isEmpty == (name == "aime2024"))
        }
    }

    @Test func chartsNameBenchmarksAsReportsDo() throws {
        let script = try #require(SharedFile.chartScripts.last)
        for benchmark in try Benchmark.shipped() {
            let key = benchmark.name.contains("-") ? "'\(benchmark.name)'" : benchmark.name
            #expect(script.text.contains(" \(key): '\(benchmark.title)',"), "\(benchmark.name)")
        }
    }

    @Test func everyShippedBenchmarkIsDeclared() throws {
        let shipped = try Benchmark.shipped()
        #expect(shipped.count == Self.all.count + 1)
        #expect(Set(shipped.map(\.name)) == Set(Self.all.map(\.0) + ["visualsearch"]))
        #expect(shipped.allSatisfy { $0.version >= 1 && !$0.paper.isEmpty })
    }

    // MARK: What is understood of a row

    @Test func vstarHasItsRightOptionFirstAndItsBoxAsSize() throws {
        let item = try questions("vstar", "vstar").item(at: 0)
        #expect(item.rightOption == 0)
        #expect(item.categories == ["category": ["direct_attributes"]])
        #expect(item.id == "direct_attributes/sa_1")
        #expect(item.boxes.allSatisfy { $0.width > 0 && $0.height > 0 })
    }

    @Test func theRightOptionOfATableIsItsLetter() throws {
        let item = try questions("hrbench-4k", "hrbench").item(at: 0)
        #expect(item.options == ["7", "11", "23", "40"])
        #expect(item.rightOption == 2)
        #expect(item.images.count == 1)
    }

    @Test func optionsInOneColumnLoseTheirLetters() throws {
        let item = try questions("mme-realworld-lite", "mme-realworld-lite").item(at: 0)
        #expect(item.options == ["1", "2", "3", "4", "The image does not feature it."])
        #expect(item.rightOption == 1)
        #expect(item.categories["subtask"] == ["Advert"])
    }

    @Test func thePopeSplitIsTheFile() throws {
        let splits = try (0..<6).map {
            try questions("pope", "pope").item(at: $0).categories["split"]?.first ?? ""
        }
        #expect(
            splits == [
                "coco_pope_adversarial", "coco_pope_adversarial", "coco_pope_popular", "coco_pope_popular",
                "coco_pope_random", "coco_pope_random",
            ])
    }

    /// A benchmark of one question about a picture, with the right answer `label`.
    private func popeItem(label: String, in folder: URL) throws -> BenchmarkItem {
        let pope = folder.appending(path: "pope")
        try FileManager.default.copyItem(at: Self.fixtures.appending(path: "pope"), to: pope)
        let file = pope.appending(path: "coco_pope_random.json")
        let lines = try String(contentsOf: file, encoding: .utf8)
        try lines.replacing(/"label": "[a-z]+"/, with: "\"label\": \"\(label)\"")
            .write(to: file, atomically: true, encoding: .utf8)
        return try BenchmarkQuestions(Benchmark(named: "pope"), data: file).item(at: 0)
    }

    @Test(arguments: [
        ("Yes.", "yes", true), ("Yes.", "no", false), ("NO", "No.", true), ("no", "maybe", false),
    ])
    func aKeyOfYesOrNoIsReadLikeAnAnswer(label: String, answer: String, isRight: Bool) async throws {
        try await TemporaryFolder.with { folder in
            let question = PosedQuestion(
                try popeItem(label: label, in: folder), index: 0, sample: 0, seed: nil, tools: [],
                prompting: .plain, boxFrame: .asViewed)
            let check = AnswerCheck(judge: ExactMatchJudge()) { box, _ in box }
            #expect(try await check.verdict(on: answer, to: question).isCorrect == isRight)
        }
    }

    @Test func aKeyThatIsNeitherYesNorNoIsRefused() throws {
        try TemporaryFolder.with { folder in
            let error = #expect(throws: BenchmarkError.self) { try popeItem(label: "perhaps", in: folder) }
            #expect(error.map { "\($0)".contains("the answer perhaps is neither yes nor no") } == true)
        }
    }

    @Test func polygonsGiveTheirOutlineAndTheBoxAroundIt() throws {
        let item = try questions("reasonseg", "reasonseg").item(at: 0)
        #expect(item.question == "something that keeps one dry")
        #expect(item.outlines.map(\.label) == ["target"])
        #expect(item.boxes == [Rectangle(x1: 10, y1: 5, x2: 29, y2: 14)])
    }

    @Test func whatHasNoImagesIsAskedWithout() throws {
        let item = try questions("aime2024", "aime2024").item(at: 0)
        #expect(item.images.isEmpty)
        #expect(item.answer == "023")
        #expect(item.form == .mathematics)
    }

    // MARK: What is wrong

    @Test func anUnknownNameListsTheKnownOnes() {
        let error = #expect(throws: BenchmarkError.self) { try Benchmark(named: "vstarr") }
        #expect(error?.description.contains("hrbench-4k") == true)
    }

    @Test func aFolderWithoutTheFileSaysWhichIsMissing() {
        let error = #expect(throws: BenchmarkError.self) { try questions("hrbench-4k", "vstar") }
        #expect(error?.description.contains("hr_bench_4k.tsv") == true)
    }

    @Test func aFileThatDeclaresNoBenchmarkIsNamed() throws {
        try TemporaryFolder.with { folder in
            let file = folder.appending(path: "mine.yaml")
            try Data("name: mine\nversion: 1\ndata: {layout: sheet}\nanswer: option\n".utf8).write(to: file)
            let error = #expect(throws: BenchmarkError.self) { try Benchmark(named: file.path) }
            #expect(error?.description.contains("mine.yaml") == true)
            #expect(error?.description.contains("layout") == true)
        }
    }

    @Test func aToolThatThereIsNotIsNamed() throws {
        try TemporaryFolder.with { folder in
            let file = folder.appending(path: "mine.yaml")
            let text = "name: mine\nversion: 1\ndata: {layout: scenes}\nanswer: text\ntools: [zoom]\n"
            try Data(text.utf8).write(to: file)
            let error = #expect(throws: BenchmarkError.self) { try Benchmark(named: file.path) }
            #expect(
                error?.description.hasPrefix(
                    "\(file.path): is not a valid benchmark file: tools: there is no tool zoom; the tools are "
                )
                    == true)
        }
    }

    // MARK: Tables

    /// The items of a table, and what is wrong with those that are none.
    private func items(
        ofTable text: String, _ benchmark: String = "aime2024"
    ) throws -> [Result<BenchmarkItem, any Error>] {
        try TemporaryFolder.with { folder in
            let file = folder.appending(path: "t.tsv")
            try Data(text.utf8).write(to: file)
            let questions = try BenchmarkQuestions(Benchmark(named: benchmark), data: file)
            return (0..<questions.count).map { index in Result { try questions.item(at: index) } }
        }
    }

    @Test func quotedFieldsHoldTabsLineEndsAndQuotes() throws {
        let items = try items(
            ofTable: "index\tquestion\tanswer\n7\t\"a\tb\n\"\"c\"\"\"\t5\r\n8\tplain \"x\"\t6"
        ).map { try $0.get() }
        #expect(items.map(\.question) == ["a\tb\n\"c\"", "plain \"x\""])
        #expect(items.map(\.answer) == ["5", "6"])
    }

    @Test func aShortRowIsNamed() throws {
        let items = try items(ofTable: "index\tquestion\tanswer\n1\tq\n2\tq\t3\n")
        let error = #expect(throws: BenchmarkError.self) { try items[0].get() }
        #expect(error?.description.contains("row 1") == true)
        #expect(try items[1].get().answer == "3")
    }

    /// VLMEvalKit writes a picture once and refers to it from other rows by the index of its row.
    @Test func aShortImageIsTheIndexOfAnotherRow() throws {
        let items = try items(
            ofTable: "index\tquestion\tanswer\timage\n10\tq\t1\t\(Self.picture)\n11\tr\t2\t10\n", "dynamath")
        #expect(try items[1].get().images.first?.size == ImageSize(width: 30, height: 20))
    }

    private static var picture: String {
        get throws {
            let image = Image(size: ImageSize(width: 30, height: 20), filledWith: .white)
            return Data(try image.encodedPNG()).base64EncodedString()
        }
    }

    // MARK: Images that are missing

    /// A benchmark is not asked blind because its column has another name.
    @Test func aRowWithoutItsImageNamesRowAndColumn() throws {
        let error = #expect(throws: BenchmarkError.self) {
            try items(ofTable: "index\tquestion\tanswer\timg\n1\tq\t1\t\(Self.picture)\n", "dynamath")
        }
        let text = error?.description ?? ""
        #expect(
            text.contains("t.tsv: row 1: has no image: the columns image and image_path are missing"),
            "\(text)")
        #expect(text.contains("the row has answer, img, index, question"), "\(text)")
    }

    @Test func anImageThatCannotBeReadNamesRowAndColumn() throws {
        let items = try items(
            ofTable: "index\tquestion\tanswer\timage\n1\tq\t1\t\(Self.picture)\n2\tq\t1\t!!!\n", "dynamath")
        let error = #expect(throws: BenchmarkError.self) { try items[1].get() }
        #expect(error?.description.contains("row 2: image: ") == true)
    }

    @Test func aDescriptionWithoutItsImageIsABadItem() throws {
        try TemporaryFolder.with { folder in
            let image = try #require(Data(base64Encoded: Self.picture))
            try image.write(to: folder.appending(path: "a.png"))
            let row = #"{"question": "What?", "options": ["red", "blue"], "bbox": []}"#
            for name in ["a", "b"] { try Data(row.utf8).write(to: folder.appending(path: "\(name).json")) }
            let questions = try BenchmarkQuestions(Benchmark(named: "vstar"), data: folder)
            #expect(questions.count == 2)
            #expect(try questions.item(at: 0).images.count == 1)
            let error = #expect(throws: BenchmarkError.self) { try questions.item(at: 1) }
            #expect(error?.description.contains("b.json: has no image beside it") == true)
        }
    }

    // MARK: Options and bytes

    /// C is missing: the last option remains D, in the question and in the answer.
    @Test func aGapAmongOptionsKeepsTheLetters() async throws {
        let item = try #require(
            items(
                ofTable: "index\tquestion\tanswer\tA\tB\tC\tD\timage\n"
                    + "0\tWhat?\tD\tred\tblue\t\twhite\t\(Self.picture)\n", "hrbench-4k"
            ).first
        ).get()
        #expect(item.options == ["red", "blue", "white"] && item.rightOption == 2)
        for seed: UInt64? in [nil, 1, 2, 3] {
            let posed = PosedQuestion(
                item, index: 0, sample: 0, seed: seed, tools: [], prompting: .plain, boxFrame: .asViewed)
            let letter = posed.example.answer
            #expect(posed.example.question.contains("\n\(letter). white"))
            #expect(seed != nil || letter == "D")
            #expect(!posed.example.question.contains("\nC. "))
            let check = AnswerCheck(judge: ExactMatchJudge()) { box, _ in box }
            for answer in [letter, "white"] {
                let verdict = try await check.verdict(on: answer, to: posed)
                #expect(verdict.isCorrect && verdict.prediction == letter)
            }
            let wrong = try await check.verdict(on: "C", to: posed)
            #expect(!wrong.isCorrect)
        }
    }

    @Test func aByteOrderMarkIsAccepted() throws {
        try TemporaryFolder.with { folder in
            let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
            let file = folder.appending(path: "q.json")
            let row = #"{"problem": "1 + 1?", "solution": "2", "id": 7}"#
            let benchmark = folder.appending(path: "mine.yaml")
            let text = """
                name: mine
                version: 1
                data: {layout: json, fields: {question: problem, answer: solution, images: []}}
                answer: mathematics
                """
            try Data(text.utf8).write(to: benchmark)
            for content in ["[\(row)]", row, "\t\(row)\n\(row)\n"] {
                try Data(mark + content.utf8).write(to: file)
                let questions = try BenchmarkQuestions(Benchmark(named: benchmark.path), data: file)
                #expect(try questions.item(at: 0).answer == "2")
            }
        }
    }
}
