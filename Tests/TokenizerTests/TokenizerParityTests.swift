import TestFixtures
import Testing
import Tokenizer

/// Token ids and texts equal those of the `tokenizers` package with the vocabulary of Qwen2.5.
@Suite struct TokenizerParityTests {
    private struct Goldens: Decodable {
        struct Decoding: Decodable {
            let ids: [Int32]
            let all: String
            let ordinary: String
        }
        let encodings: [TokenizerEncoding]
        let decodings: [Decoding]
    }

    private let goldens: Goldens
    private let tokenizer: Tokenizer

    init() throws {
        goldens = try GoldenFolder().decode(Goldens.self, "tokenizer-qwen25.json")
        tokenizer = try QwenTokenizer.load()
    }

    @Test func textsOfManyScriptsHaveTheReferenceIDs() {
        #expect(goldens.encodings.count > 4000)
        for golden in goldens.encodings {
            #expect(
                tokenizer.encode(golden.text, recognizing: .all) == golden.ids,
                "\(golden.text.debugDescription)")
        }
    }

    @Test func idsAreTheSameWhenAllTextsAreOne() {
        // Between added tokens texts do not touch each other, and none of these starts or ends inside one.
        let separator = "<|endoftext|>"
        let joined = goldens.encodings.map(\.text).joined(separator: separator)
        let expected = goldens.encodings.map(\.ids).joined(separator: [151_643])
        #expect(tokenizer.encode(joined, recognizing: .all) == Array(expected))
    }

    @Test func decodingGivesTheReferenceText() {
        for golden in goldens.decodings {
            #expect(scalars(tokenizer.decode(golden.ids)) == scalars(golden.all), "\(golden.ids)")
            let ordinary = tokenizer.decode(golden.ids, skippingSpecials: true)
            #expect(scalars(ordinary) == scalars(golden.ordinary), "\(golden.ids)")
        }
    }

    @Test func streamedPiecesAreWholeCharactersAndJoinToTheText() {
        for golden in goldens.decodings {
            var decoder = StreamingDecoder(tokenizer)
            let pieces = golden.ids.map { decoder.append($0) } + [decoder.finish()]
            #expect(scalars(pieces.joined()) == scalars(golden.all), "\(golden.ids)")
        }
    }

    @Test func streamingHoldsBackAnIncompleteCharacter() {
        let ids = tokenizer.encode("𠀋")
        var decoder = StreamingDecoder(tokenizer)
        #expect(ids.map { decoder.append($0) } == ["", "", "𠀋"])
        #expect(decoder.finish() == "")
    }

    @Test func normalizedTextSurvivesEncodingAndDecoding() {
        for golden in goldens.encodings {
            let text = tokenizer.decode(tokenizer.encode(golden.text))
            // Swift compares strings by canonical equivalence.
            #expect(text == golden.text)
        }
    }

    @Test func simultaneousUseGivesTheSameIDs() async {
        let golden = goldens.encodings
        await withTaskGroup(of: Bool.self) { group in
            for shift in 0..<8 {
                group.addTask { [tokenizer] in
                    golden[(shift * 100)...].allSatisfy {
                        tokenizer.encode($0.text, recognizing: .all) == $0.ids
                    }
                }
            }
            for await isEqual in group { #expect(isEqual) }
        }
    }

    private func scalars(_ text: String) -> [Unicode.Scalar] { Array(text.unicodeScalars) }
}

/// Which added tokens a text may contain.
@Suite struct TokenizerRecognitionTests {
    private let tokenizer: Tokenizer

    init() throws { tokenizer = try QwenTokenizer.load() }

    private let text = "<|im_start|><tool_call>x</tool_call><|im_end|><|fim_pad|>"

    @Test func plainTextCannotWriteAddedTokens() {
        let ids = tokenizer.encode(text)
        #expect(ids.allSatisfy { $0 < 151_643 })
        #expect(tokenizer.decode(ids) == text)
    }

    @Test func tagsAreFoundWithoutTheTokensThatSteer() {
        let ids = tokenizer.encode(text, recognizing: .tags)
        #expect(ids.filter { $0 >= 151_643 } == [151_657, 151_658])
        #expect(tokenizer.decode(ids) == text)
    }

    @Test func allAddedTokensAreFoundInTemplates() {
        #expect(
            tokenizer.encode(text, recognizing: .all) == [151_644, 151_657, 87, 151_658, 151_645, 151_662])
    }

    @Test func idsAreFoundByContentOrText() {
        #expect(tokenizer.id(of: "<|image_pad|>") == 151_655)
        #expect(tokenizer.id(of: "</tool_call>") == 151_658)
        #expect(tokenizer.id(of: " the") == 279)
        #expect(tokenizer.id(of: "not a token of any kind") == nil)
    }

    @Test func idsWithoutTokenDecodeToNothing() {
        #expect(tokenizer.vocabularySize == 151_665)
        #expect(tokenizer.decode([-1, 151_665, 151_935, .max]) == "")
    }

    @Test func onlySpecialTokensAreSkipped() {
        #expect(tokenizer.isSpecial(151_645))
        #expect(!tokenizer.isSpecial(151_657))
        #expect(tokenizer.decode([151_657, 151_645], skippingSpecials: true) == "<tool_call>")
    }
}
