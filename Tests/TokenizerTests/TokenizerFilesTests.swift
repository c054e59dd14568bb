import Foundation
import TestFixtures
import Testing
import Tokenizer

/// Every form in which a vocabulary comes gives the same tokenizer, and what cannot be done is refused.
@Suite struct TokenizerFilesTests {
    private struct Training: Decodable { let encodings: [TokenizerEncoding] }

    /// A `tokenizer.json`, as far as these tests take it apart.
    private struct Contents: Decodable {
        struct Model: Decodable {
            let vocab: [String: Int]
            let merges: [[String]]
        }
        struct Added: Codable {
            let id: Int
            let content: String
            let special, normalized: Bool
        }
        let model: Model
        let added_tokens: [Added]
    }

    private let directory = GoldenFolder().url.appending(path: "tokenizer-trained")
    private let json: String
    private let contents: Contents
    private let encodings: [TokenizerEncoding]

    init() throws {
        json = try String(contentsOf: directory.appending(path: "tokenizer.json"), encoding: .utf8)
        contents = try JSONDecoder().decode(Contents.self, from: Data(json.utf8))
        encodings = try GoldenFolder().decode(Training.self, "tokenizer-training.json").encodings
    }

    // MARK: What is read

    @Test func readsTheFileOfTheTokenizersPackage() throws {
        let tokenizer = try Tokenizer(directory: directory)
        for golden in encodings { #expect(tokenizer.encode(golden.text, recognizing: .all) == golden.ids) }
    }

    @Test func readsMergesWrittenAsTextsOfTwoTokens() throws {
        let pair = /\[\s+("(?:[^"\\]|\\.)+)",\s+"((?:[^"\\]|\\.)+")\s+\]/
        let texts = json.replacing(pair) { "\($0.output.1) \($0.output.2)" }
        #expect(texts.count < json.count)
        let tokenizer = try tokenizer(texts)
        for golden in encodings { #expect(tokenizer.encode(golden.text, recognizing: .all) == golden.ids) }
    }

    @Test func readsVocabularyAndMergesWithTheirConfiguration() throws {
        try TemporaryFolder.with { copy in
            try writeVocabularyAndMerges(to: copy)
            let added = Dictionary(uniqueKeysWithValues: contents.added_tokens.map { ("\($0.id)", $0) })
            try write(["added_tokens_decoder": added], to: copy.appending(path: "tokenizer_config.json"))
            try expectReferenceIDsWithoutNumbers(Tokenizer(directory: copy))
        }
    }

    @Test func readsVocabularyAndMergesWithAListOfAddedTokens() throws {
        try TemporaryFolder.with { copy in
            try writeVocabularyAndMerges(to: copy)
            let added = Dictionary(uniqueKeysWithValues: contents.added_tokens.map { ($0.content, $0.id) })
            try write(added, to: copy.appending(path: "added_tokens.json"))
            try expectReferenceIDsWithoutNumbers(Tokenizer(directory: copy))
        }
    }

    @Test func keepsKnownWordsWholeIfAsked() throws {
        // "qzj" is made a token to which no merge leads.
        let json = json.replacing(#""vocab": {"#, with: #""vocab": { "qzj": 420,"#)
        let id: Int32 = 420
        #expect(try !tokenizer(json).encode("qzj").contains(id))
        let keeping = json.replacing(#""ignore_merges": false"#, with: #""ignore_merges": true"#)
        #expect(try tokenizer(keeping).encode("qzj") == [id])
    }

    @Test func findsNormalizedAddedTokensInNormalizedText() throws {
        let json = json.replacing(#""added_tokens": ["#, with: #""added_tokens": [\#(Self.normalizedToken),"#)
        let tokenizer = try tokenizer(json)
        #expect(tokenizer.encode("<cafe\u{301}>", recognizing: .all) == [500])
        #expect(tokenizer.encode("<caf\u{e9}>", recognizing: .all) == [500])
    }

    private static let normalizedToken = """
        {"id": 500, "content": "<cafe\u{301}>", "special": true, "normalized": true}
        """

    // MARK: What is refused

    @Test(arguments: [
        (#""type": "NFC""#, #""type": "NFKC""#, "NFKC"),
        (#""byte_fallback": false"#, #""byte_fallback": true"#, "byte fallback"),
        (#""dropout": null"#, #""dropout": 0.1"#, "dropout 0.1"),
        (#""unk_token": null"#, #""unk_token": "<unk>""#, "<unk>"),
        (#""end_of_word_suffix": null"#, #""end_of_word_suffix": "</w>""#, "suffix"),
        (#""type": "BPE""#, #""type": "Unigram""#, "Unigram"),
        (#""behavior": "Isolated""#, #""behavior": "Removed""#, "Removed"),
        (#"{1,3}"#, #"{1,4}"#, #"\p{N}{1,4}"#),
        (#""lstrip": false"#, #""lstrip": true"#, "lstrip"),
    ])
    func refusesWhatItDoesNotDo(original: String, replacement: String, named: String) throws {
        let changed = json.replacing(original, with: replacement)
        #expect(changed != json)
        let error = #expect(throws: TokenizerError.self) { try tokenizer(changed) }
        #expect(error?.code == .unsupported)
        #expect(error?.description.contains("tokenizer.json") == true)
        #expect(error?.description.contains(named) == true)
    }

    @Test func namesAMergeThatLeadsToNoToken() throws {
        let changed = json.replacing(#""merges": ["#, with: #""merges": [["q", "q"],"#)
        let error = #expect(throws: TokenizerError.self) { try tokenizer(changed) }
        #expect(error?.code == .malformed)
        #expect(error?.detail.contains("merge 0 is q + q") == true)
    }

    @Test func namesAByteWithoutToken() throws {
        let changed = json.replacing(#""!": 0,"#, with: "")
        #expect(changed != json)
        let error = #expect(throws: TokenizerError.self) { try tokenizer(changed) }
        #expect(error?.detail.contains("byte 33") == true)
    }

    @Test func namesTheDirectoryWithoutTokenizer() throws {
        try TemporaryFolder.with { empty in
            let error = #expect(throws: TokenizerError.self) { try Tokenizer(directory: empty) }
            #expect(error?.code == .missing)
            #expect(error?.path == empty.path)
        }
    }

    @Test func namesTheMissingMerges() throws {
        try TemporaryFolder.with { copy in
            try write(contents.model.vocab, to: copy.appending(path: "vocab.json"))
            let error = #expect(throws: TokenizerError.self) { try Tokenizer(directory: copy) }
            #expect(error?.code == .missing)
            #expect(error?.path.hasSuffix("merges.txt") == true)
        }
    }

    @Test(arguments: ["IQ== 0\nIg== 2\n", "IQ== 0\n!! 1\n", "IQ==\n"])
    func namesTheLineOfARankFileThatIsWrong(contents: String) throws {
        try TemporaryFolder.with { directory in
            let file = directory.appending(path: "some.tiktoken")
            try contents.write(to: file, atomically: true, encoding: .utf8)
            let error = #expect(throws: TokenizerError.self) { try Tokenizer(ranks: file) }
            #expect(error?.code == .malformed)
            #expect(error?.detail.contains("line \(contents.split(separator: "\n").count)") == true)
        }
    }

    @Test func saysThatAFileIsNotJSON() throws {
        let error = #expect(throws: TokenizerError.self) { try tokenizer("{") }
        #expect(error?.code == .malformed)
    }

    // MARK: Parts

    @discardableResult
    private func tokenizer(_ json: String) throws -> Tokenizer {
        try TemporaryFolder.with { directory in
            let file = directory.appending(path: "tokenizer.json")
            try json.write(to: file, atomically: true, encoding: .utf8)
            return try Tokenizer(directory: directory)
        }
    }

    private func writeVocabularyAndMerges(to directory: URL) throws {
        try write(contents.model.vocab, to: directory.appending(path: "vocab.json"))
        let merges = contents.model.merges.map { $0.joined(separator: " ") }.joined(separator: "\n")
        try "#version: 0.2\n\(merges)\n".write(
            to: directory.appending(path: "merges.txt"), atomically: true, encoding: .utf8)
    }

    private func write(_ value: some Encodable, to file: URL) throws {
        try JSONEncoder().encode(value).write(to: file)
    }

    /// These files do not say how numbers are cut and mean single digits, so texts with longer numbers
    /// differ.
    private func expectReferenceIDsWithoutNumbers(_ tokenizer: Tokenizer) {
        let withoutNumbers = encodings.filter { !$0.text.contains { $0.isNumber } }
        #expect(withoutNumbers.count > 10)
        for golden in withoutNumbers {
            #expect(tokenizer.encode(golden.text, recognizing: .all) == golden.ids)
        }
        #expect(tokenizer.id(of: "<|im_end|>").map(tokenizer.isSpecial) == true)
        #expect(tokenizer.id(of: "<tool_call>").map(tokenizer.isSpecial) == false)
    }
}
