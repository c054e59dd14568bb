import Foundation
import TestFixtures
import Testing
import Tokenizer

/// Trained vocabularies equal those of the reference trainer, file by file.
@Suite struct TokenizerTrainerTests {
    private struct Goldens: Decodable {
        let corpus: [String]
        let added: [String]
        let encodings: [TokenizerEncoding]
        let library: [TokenizerEncoding]
    }

    private let goldens: Goldens

    init() throws { goldens = try GoldenFolder().decode(Goldens.self, "tokenizer-training.json") }

    private var withNumbers: BPETrainer {
        BPETrainer(
            vocabularySize: 420, pattern: SplitPattern(digitCount: 3), addedTokens: goldens.added,
            largestNumber: 112,
            minimumCount: 4)
    }

    /// The reference files are those that `transformers` loads and that gave the reference ids.
    @Test func writesTheReferenceFilesByteForByte() throws {
        let tokenizer = try Tokenizer(withNumbers.train(on: goldens.corpus))
        try TemporaryFolder.with { directory in
            try tokenizer.write(to: directory)
            for name in ["tokenizer.json", "tokenizer_config.json"] {
                let reference = GoldenFolder().url.appending(path: "tokenizer-trained/\(name)")
                let written = try Data(contentsOf: directory.appending(path: name))
                #expect(try written == Data(contentsOf: reference), "\(name)")
            }
        }
    }

    @Test func encodesAsTransformersDoesWithTheTrainedVocabulary() throws {
        let tokenizer = try Tokenizer(withNumbers.train(on: goldens.corpus))
        for golden in goldens.encodings {
            #expect(tokenizer.encode(golden.text, recognizing: .all) == golden.ids)
        }
    }

    @Test func learnsTheMergesOfTheTokenizersPackage() throws {
        let trainer = BPETrainer(vocabularySize: 360, addedTokens: goldens.added)
        let trained = try trainer.train(on: goldens.corpus)
        let reference = try Tokenizer(
            tokenizerJSON: GoldenFolder().url.appending(path: "tokenizer-trained-library.json"))
        #expect(trained.merges == reference.definition.merges)
        #expect(trained.tokens == reference.definition.tokens)
        #expect(trained.addedTokens == reference.definition.addedTokens)
        let tokenizer = try Tokenizer(trained)
        for golden in goldens.library {
            #expect(tokenizer.encode(golden.text, recognizing: .all) == golden.ids)
        }
    }

    @Test func everyNumberIsOneToken() throws {
        let trainer = BPETrainer(
            vocabularySize: 1300, pattern: SplitPattern(digitCount: 3), addedTokens: [], largestNumber: 999)
        let tokenizer = try Tokenizer(trainer.train(on: goldens.corpus))
        for number in 0...999 { #expect(tokenizer.encode("\(number)").count == 1, "\(number)") }
        #expect(tokenizer.encode("1120") == tokenizer.encode("112") + tokenizer.encode("0"))
    }

    @Test func theOrderOfTheCorpusDoesNotMatter() throws {
        let trained = try withNumbers.train(on: goldens.corpus)
        let reversed = try withNumbers.train(on: goldens.corpus.reversed())
        #expect(trained.merges == reversed.merges)
    }

    @Test func stopsWhereTheCorpusHasNoMorePairs() throws {
        let trained = try BPETrainer(vocabularySize: 1000, addedTokens: [], minimumCount: 1).train(on: [
            "abab"
        ])
        #expect(trained.tokens.count == 258)
        #expect(try Tokenizer(trained).encode("abab") == [257])
    }

    @Test func refusesAVocabularyThatCannotHoldItsNumbers() {
        let trainer = BPETrainer(
            vocabularySize: 300, pattern: SplitPattern(digitCount: 3), addedTokens: ["<|im_end|>"],
            largestNumber: 112)
        let error = #expect(throws: TokenizerError.self) { try trainer.train(on: []) }
        #expect(error?.code == .invalidRequest)
    }

    @Test func refusesNumbersThatThePatternCuts() {
        let trainer = BPETrainer(
            vocabularySize: 3000, pattern: SplitPattern(digitCount: 2), addedTokens: [], largestNumber: 112)
        let error = #expect(throws: TokenizerError.self) { try trainer.train(on: []) }
        #expect(error?.code == .invalidRequest)
    }

    @Test func saysThatADirectoryCannotBeWrittenTo() throws {
        let tokenizer = try Tokenizer(withNumbers.train(on: goldens.corpus))
        let error = #expect(throws: TokenizerError.self) {
            try tokenizer.write(to: URL(filePath: "/nowhere/at/all"))
        }
        #expect(error?.code == .inaccessible)
        #expect(error?.path == "/nowhere/at/all/tokenizer.json")
    }
}
