package import Agent
import Foundation
package import Imaging
import JSON
package import Tasks

/// A parsed benchmark question.
package struct BenchmarkItem: Sendable {
    package let id: String
    package let question: String
    package let images: [any PixelSource]
    package let options: [String]
    /// The letter of each option, counted from 0 for A; nil for A, B, C … without a gap. [option]
    package var letters: [Int]?
    /// Index of the right option, if there are options.
    package let rightOption: Int?
    /// The right answer, if there are none.
    package let answer: String
    package let form: AnswerForm
    /// The item's values in each category that accuracy is reported for.
    package let categories: [String: [String]]
    /// Ground-truth boxes in pixels of the first image.
    package let boxes: [Rectangle]
    package var outlines: [LabelledOutline] = []
    /// Names of the offered tools; nil for the benchmark's tools.
    package var tools: [String]?
    /// The prompt given by the data; nil if the prompt is built from question and options.
    package var example: Example?
}

extension BenchmarkItem {
    /// The letter under which the option at a position is presented.
    func letter(_ position: Int) -> String { OptionLetters.letter(letters?[position] ?? position) }
}

extension BenchmarkItem {
    /// - Throws: ``BenchmarkError`` for a row without the fields that `benchmark` declares, or an error of reading an image.
    init(_ row: BenchmarkRow, number: Int, of benchmark: Benchmark) throws {
        guard let fields = benchmark.data.fields else {
            throw BenchmarkError(place: benchmark.name, problem: "declares no fields")
        }
        id = fields.id.flatMap(row.text) ?? row.text("id") ?? "\(number + 1)"
        guard let question = row.list(fields.question)?.first?.plainText ?? row.text(fields.question) else {
            throw row.error("has no \(fields.question)")
        }
        self.question = [fields.hint.flatMap(row.text), question].compactMap(\.self).joined(separator: "\n")
        images = try Self.images(row, fields, folders: benchmark.data.imageFolders ?? [])
        let lettered = Self.options(row, fields)
        options = lettered.map(\.text)
        letters = lettered.map(\.letter)
        form = options.isEmpty ? benchmark.answerWithoutOptions ?? benchmark.answer : benchmark.answer
        let answer = fields.answer.flatMap(row.text) ?? ""
        self.answer = answer
        rightOption = lettered.isEmpty ? nil : try Self.rightOption(answer, of: lettered, fields, row)
        if options.isEmpty && form == .option { throw row.error("has no options") }
        if answer.isEmpty && rightOption == nil && fields.boxes == nil {
            throw row.error("has no \(fields.answer ?? "answer")")
        }
        if form == .yesNo && YesOrNo.isYes(answer) == nil {
            throw row.error("the answer \(answer) is neither yes nor no")
        }
        categories = (fields.categories ?? [:]).compactMapValues { row[$0]?.texts }
        let shapes = fields.boxes.flatMap { row[$0] }
        outlines = fields.boxForm == .polygons ? LabelledOutline.all(in: shapes?.array ?? []) : []
        boxes = try Self.boxes(shapes, fields.boxForm ?? .corners, row)
    }

    // MARK: Options

    private typealias LetteredOption = (letter: Int, text: String)

    /// An option keeps the letter of its place where others are missing.
    private static func options(_ row: BenchmarkRow, _ fields: Benchmark.Fields) -> [LetteredOption] {
        let names = fields.options ?? []
        let texts =
            names.count == 1
            ? (row.list(names[0]) ?? []).map { $0.plainText.map(unlabelled) } : names.map(row.text)
        return texts.enumerated().compactMap { letter, text in text.map { (letter, $0) } }
    }

    /// The option without a letter such as `(A)` before it.
    private static func unlabelled(_ option: String) -> String {
        option.trimmed.firstMatch(of: /^\(?[A-Z][).]\s+(.+)$/.dotMatchesNewlines()).map {
            String($0.output.1)
        }
            ?? option
    }

    private static func rightOption(
        _ answer: String, of options: [LetteredOption], _ fields: Benchmark.Fields, _ row: BenchmarkRow
    ) throws -> Int {
        let index: Int? =
            switch fields.answerNames ?? .letter {
            case .first: 0
            case .text: options.firstIndex { $0.text == answer }
            case .letter:
                OptionLetters.index(of: answer.trimmed).flatMap { letter in
                    options.firstIndex { $0.letter == letter }
                }
            }
        guard let index else {
            throw row.error("the answer \(answer) matches none of the \(options.count) options")
        }
        return index
    }

    // MARK: Images

    private static func images(
        _ row: BenchmarkRow, _ fields: Benchmark.Fields, folders: [String]
    ) throws -> [any PixelSource] {
        let columns = fields.images ?? ["image"]
        guard let column = columns.first(where: { row[$0] != nil }), let value = row[column] else {
            if columns.isEmpty || fields.imagesOptional == true { return [] }
            let wanted = (columns.count == 1 ? "column " : "columns ") + columns.joined(separator: " and ")
            throw row.error(
                "has no image: the \(wanted) \(columns.count == 1 ? "is" : "are") missing or empty; the row has "
                    + row.values.keys.filter { $0 != "file" }.sorted().joined(separator: ", ")
                    + ". Name the image's column under images in the benchmark's file; images: [] if there are none"
            )
        }
        let list = row.list(column) ?? [value]
        guard !list.isEmpty else { throw row.error("has no image: the list in \(column) is empty") }
        return try list.map { value in
            guard let address = (value["path"] ?? value["url"] ?? value["bytes"] ?? value).plainText else {
                throw row.error("\(column): an image must be base64 or a path, not \(value.kind)")
            }
            do { return try image(address, row, folders) } catch let error as BenchmarkError {
                throw error
            } catch {
                throw row.error("\(column): \(error)")
            }
        }
    }

    /// Text with a period is a path, searched for in the file's folder and in `folders`; everything else is base64.
    private static func image(
        _ address: String, _ row: BenchmarkRow, _ folders: [String]
    ) throws -> any PixelSource {
        if address.hasPrefix("data:") || !address.contains(".") {
            let uri = address.hasPrefix("data:") ? address : "data:;base64,\(address)"
            return try ImageAddress.image(at: uri, in: row.folder)
        }
        let relative = ([""] + folders).map {
            ($0.isEmpty ? row.folder : row.folder.appending(path: $0)).appending(path: address)
        }
        let candidates = address.hasPrefix("/") ? [URL(filePath: address)] : relative
        guard let found = candidates.first(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
            let tried = candidates.map(\.path).joined(separator: ", ")
            throw row.error("image not found; tried \(tried)")
        }
        return try EncodedImage(path: found.path)
    }

    // MARK: Boxes

    private static func boxes(
        _ value: JSONValue?, _ form: Benchmark.BoxForm, _ row: BenchmarkRow
    ) throws -> [Rectangle] {
        if form == .polygons {
            return LabelledOutline.all(in: value?.array ?? []).filter { $0.label != "ignore" }.map {
                outline in
                let (x, y) = (outline.points.map { $0[0] }, outline.points.map { $0[1] })
                return Rectangle(x1: x.min() ?? 0, y1: y.min() ?? 0, x2: x.max() ?? 0, y2: y.max() ?? 0)
            }
        }
        guard let list = value?.array, !list.isEmpty else { return [] }
        let boxes = list.first?.array == nil ? [list] : list.compactMap(\.array)
        return try boxes.map { box in
            let numbers = box.compactMap(\.number)
            guard numbers.count == 4 else { throw row.error("a box has \(numbers.count) numbers, not 4") }
            let (x, y) = (numbers[0], numbers[1])
            return form == .size
                ? Rectangle(x1: x, y1: y, x2: x + numbers[2], y2: y + numbers[3])
                : Rectangle(x1: x, y1: y, x2: numbers[2], y2: numbers[3])
        }
    }
}

/// A, B, C … for 0, 1, 2 …
enum OptionLetters {
    static func letter(_ index: Int) -> String { String(UnicodeScalar(UInt8(65 + min(index, 25)))) }

    static func index(of letter: some StringProtocol) -> Int? {
        guard letter.utf8.count == 1, let code = letter.uppercased().utf8.first, (65...90).contains(code)
        else { return nil }
        return Int(code) - 65
    }
}
