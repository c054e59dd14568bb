package import Foundation
import JSON

extension Tokenizer {
    /// Writes `tokenizer.json`, byte for byte as the `tokenizers` package would, and `tokenizer_config.json`.
    ///
    /// The configuration names the generic tokenizer class, because for the Qwen2 class `transformers` ignores the split pattern
    /// in `tokenizer.json` and would split numbers into single digits.
    ///
    /// - Throws: `TokenizerError` if a file cannot be written.
    package func write(
        to directory: URL, endOfTurn: String = "<|im_end|>", padding: String = "<|endoftext|>"
    ) throws(TokenizerError) {
        let configuration: JSONValue = [
            "clean_up_tokenization_spaces": false,
            "eos_token": .string(endOfTurn),
            "pad_token": .string(padding),
            "tokenizer_class": "PreTrainedTokenizerFast",
        ]
        let files = [
            ("tokenizer.json", definition.json.text(.indented)),
            ("tokenizer_config.json", configuration.text(.indented) + "\n"),
        ]
        for (name, text) in files {
            let file = directory.appending(path: name)
            do {
                try Data(text.utf8).write(to: file, options: .atomic)
            } catch {
                throw TokenizerError(
                    .inaccessible, "writing a tokenizer", path: file.path,
                    "\(error.localizedDescription); choose a writable directory")
            }
        }
    }
}

extension TokenizerDefinition {
    fileprivate var json: JSONValue {
        let split: JSONValue = [
            "type": "Split",
            "pattern": ["Regex": .string(pattern.regex)],
            "behavior": "Isolated",
            "invert": false,
        ]
        return [
            "version": "1.0",
            "truncation": .null,
            "padding": .null,
            "added_tokens": .array(addedTokens.sorted { $0.id < $1.id }.map(\.json)),
            "normalizer": isNormalizing ? ["type": "NFC"] : .null,
            "pre_tokenizer": [
                "type": "Sequence",
                "pretokenizers": [split, .byteLevel(prefixSpace: false, regex: false)],
            ],
            "post_processor": .null,
            "decoder": .byteLevel(prefixSpace: true, regex: true),
            "model": model,
        ]
    }

    private var model: JSONValue {
        let spellings = (0..<tokens.count).map { ByteAlphabet.text(of: tokens[$0]) }
        let vocabulary = spellings.enumerated().filter { !$0.element.isEmpty }
        return [
            "type": "BPE",
            "dropout": .null,
            "unk_token": .null,
            "continuing_subword_prefix": .null,
            "end_of_word_suffix": .null,
            "fuse_unk": false,
            "byte_fallback": false,
            "ignore_merges": .boolean(keepsKnownWords),
            "vocab": .object(JSONObject(vocabulary.map { ($0.element, .number($0.offset)) })),
            "merges": .array(
                merges.map {
                    [.string(spellings[Int($0.left)]), .string(spellings[Int($0.right)])]
                }),
        ]
    }
}

extension AddedToken {
    fileprivate var json: JSONValue {
        [
            "id": .number(id),
            "content": .string(content),
            "single_word": false,
            "lstrip": false,
            "rstrip": false,
            "normalized": .boolean(isNormalized),
            "special": .boolean(isSpecial),
        ]
    }
}

extension JSONValue {
    fileprivate static func byteLevel(prefixSpace: Bool, regex: Bool) -> JSONValue {
        [
            "type": "ByteLevel", "add_prefix_space": .boolean(prefixSpace), "trim_offsets": true,
            "use_regex": .boolean(regex),
        ]
    }
}
