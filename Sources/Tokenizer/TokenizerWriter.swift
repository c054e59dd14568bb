package import Foundation
import JSON

extension Tokenizer {
    /// Writes `tokenizer.json`, byte for byte as the `tokenizers` package would, and `tokenizer_config.json`.
    ///
    /// The configuration names the generic tokenizer class, because `transformers` takes no split pattern
    /// from `tokenizer.json` for the class of Qwen2 and would cut numbers into single digits.
    ///
    /// - Throws: `TokenizerError` if a file cannot be written.
    package func write(
        to directory: URL, endOfTurn: String = "<|im_end|>", padding: String = "<|endoftext|>"
    ) throws(TokenizerError) {
        let configuration = OrderedJSON.object([
            ("clean_up_tokenization_spaces", .literal("false")),
            ("eos_token", .string(endOfTurn)),
            ("pad_token", .string(padding)),
            ("tokenizer_class", .string("PreTrainedTokenizerFast")),
        ])
        let files = [
            ("tokenizer.json", definition.json.text), ("tokenizer_config.json", configuration.text + "\n"),
        ]
        for (name, text) in files {
            let file = directory.appending(path: name)
            do {
                try Data(text.utf8).write(to: file, options: .atomic)
            } catch {
                throw TokenizerError(
                    .inaccessible, "writing a tokenizer", path: file.path,
                    "\(error.localizedDescription); choose a directory that can be written to")
            }
        }
    }
}

extension TokenizerDefinition {
    fileprivate var json: OrderedJSON {
        let spellings = (0..<tokens.count).map { ByteAlphabet.text(of: tokens[$0]) }
        let vocabulary = spellings.enumerated().filter { !$0.element.isEmpty }
        let split = OrderedJSON.object([
            ("type", .string("Split")),
            ("pattern", .object([("Regex", .string(pattern.regex))])),
            ("behavior", .string("Isolated")),
            ("invert", .literal("false")),
        ])
        return .object([
            ("version", .string("1.0")),
            ("truncation", .literal("null")),
            ("padding", .literal("null")),
            ("added_tokens", .array(addedTokens.sorted { $0.id < $1.id }.map(\.json))),
            ("normalizer", isNormalizing ? .object([("type", .string("NFC"))]) : .literal("null")),
            (
                "pre_tokenizer",
                .object([
                    ("type", .string("Sequence")),
                    ("pretokenizers", .array([split, .byteLevel(prefixSpace: false, regex: false)])),
                ])
            ),
            ("post_processor", .literal("null")),
            ("decoder", .byteLevel(prefixSpace: true, regex: true)),
            (
                "model",
                .object([
                    ("type", .string("BPE")),
                    ("dropout", .literal("null")),
                    ("unk_token", .literal("null")),
                    ("continuing_subword_prefix", .literal("null")),
                    ("end_of_word_suffix", .literal("null")),
                    ("fuse_unk", .literal("false")),
                    ("byte_fallback", .literal("false")),
                    ("ignore_merges", .literal(keepsKnownWords ? "true" : "false")),
                    ("vocab", .object(vocabulary.map { ($0.element, .literal("\($0.offset)")) })),
                    (
                        "merges",
                        .array(
                            merges.map {
                                .array([.string(spellings[Int($0.left)]), .string(spellings[Int($0.right)])])
                            })
                    ),
                ])
            ),
        ])
    }
}

extension AddedToken {
    fileprivate var json: OrderedJSON {
        .object([
            ("id", .literal("\(id)")),
            ("content", .string(content)),
            ("single_word", .literal("false")),
            ("lstrip", .literal("false")),
            ("rstrip", .literal("false")),
            ("normalized", .literal(isNormalized ? "true" : "false")),
            ("special", .literal(isSpecial ? "true" : "false")),
        ])
    }
}

/// JSON whose members keep their order, which Foundation's encoder does not.
private indirect enum OrderedJSON {
    case literal(String)
    case string(String)
    case array([OrderedJSON])
    case object([(String, OrderedJSON)])

    static func byteLevel(prefixSpace: Bool, regex: Bool) -> OrderedJSON {
        .object([
            ("type", .string("ByteLevel")),
            ("add_prefix_space", .literal(prefixSpace ? "true" : "false")),
            ("trim_offsets", .literal("true")),
            ("use_regex", .literal(regex ? "true" : "false")),
        ])
    }

    /// Indented by two spaces a level.
    var text: String {
        var text = ""
        append(to: &text, indentation: "\n")
        return text
    }

    private func append(to text: inout String, indentation: String) {
        let inner = indentation + "  "
        switch self {
        case .literal(let literal): text += literal
        case .string(let string): text += JSONText.string(string)
        case .array(let items):
            text += "["
            for (index, item) in items.enumerated() {
                text += (index == 0 ? "" : ",") + inner
                item.append(to: &text, indentation: inner)
            }
            text += (items.isEmpty ? "" : indentation) + "]"
        case .object(let members):
            text += "{"
            for (index, (name, value)) in members.enumerated() {
                text += (index == 0 ? "" : ",") + inner + JSONText.string(name) + ": "
                value.append(to: &text, indentation: inner)
            }
            text += (members.isEmpty ? "" : indentation) + "}"
        }
    }
}
