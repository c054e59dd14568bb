/// The definition of a byte-level BPE tokenizer, independent of its file format.
package struct TokenizerDefinition: Sendable {
    /// Two tokens that become one.
    package struct Merge: Hashable, Sendable {
        package let left, right, result: Int32

        package init(left: Int32, right: Int32, result: Int32) {
            self.left = left
            self.right = right
            self.result = result
        }
    }

    /// Bytes of each token by id; empty for unused ids. Added tokens may be missing.
    package var tokens: ByteStrings
    /// By ascending rank.
    package var merges: [Merge]
    package var addedTokens: [AddedToken]
    package var pattern: SplitPattern
    /// Whether text is normalized to Unicode NFC.
    package var isNormalizing: Bool
    /// Whether a word that equals a token is that token even if merges do not produce it.
    package var keepsKnownWords: Bool

    package init(
        tokens: ByteStrings, merges: [Merge], addedTokens: [AddedToken],
        pattern: SplitPattern = SplitPattern(digitCount: 1), isNormalizing: Bool = true,
        keepsKnownWords: Bool = false
    ) {
        self.tokens = tokens
        self.merges = merges
        self.addedTokens = addedTokens
        self.pattern = pattern
        self.isNormalizing = isNormalizing
        self.keepsKnownWords = keepsKnownWords
    }
}

/// A token that is matched in text as a whole, before pre-tokenization.
package struct AddedToken: Hashable, Sendable {
    package let content: String
    package let id: Int32
    /// Whether decoding may skip it.
    package let isSpecial: Bool
    /// Whether it is matched in normalized text.
    package let isNormalized: Bool

    package init(_ content: String, id: Int32, isSpecial: Bool, isNormalized: Bool = false) {
        self.content = content
        self.id = id
        self.isSpecial = isSpecial
        self.isNormalized = isNormalized
    }

    /// Whether it has the form of a tag, `<name>` or `</name>`, which may occur in text of the model or the developer. All others
    /// are control tokens that only the chat template may insert.
    package var isTag: Bool {
        guard content.hasPrefix("<"), content.hasSuffix(">") else { return false }
        let name = content.dropFirst(content.hasPrefix("</") ? 2 : 1).dropLast()
        return !name.isEmpty
            && name.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
            }
    }

    /// The added tokens of Qwen2.5, for vocabularies that consist of ranks only.
    package static let qwen25: [AddedToken] = {
        let special = [
            "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>",
            "<|box_start|>", "<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>",
            "<|vision_end|>",
            "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>",
        ]
        let others = [
            "<tool_call>", "</tool_call>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>",
            "<|fim_pad|>",
            "<|repo_name|>", "<|file_sep|>",
        ]
        return (special + others).enumerated().map { index, content in
            AddedToken(content, id: Int32(151_643 + index), isSpecial: index < special.count)
        }
    }()
}
