/// What a byte-level BPE tokenizer consists of, whichever files it came from.
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

    /// Bytes of each token by id; empty where an id stands for nothing. Added tokens need not be among them.
    package var tokens: ByteStrings
    /// In order of preference.
    package var merges: [Merge]
    package var addedTokens: [AddedToken]
    package var pattern: SplitPattern
    /// Whether text is brought into Unicode normalization form C.
    package var isNormalizing: Bool
    /// Whether a word that is a token stays whole even if merges do not lead to it.
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

/// A token that is found in text as a whole, before words are cut.
package struct AddedToken: Hashable, Sendable {
    package let content: String
    package let id: Int32
    /// Whether decoding may skip it.
    package let isSpecial: Bool
    /// Whether it is looked for in normalized text.
    package let isNormalized: Bool

    package init(_ content: String, id: Int32, isSpecial: Bool, isNormalized: Bool = false) {
        self.content = content
        self.id = id
        self.isSpecial = isSpecial
        self.isNormalized = isNormalized
    }

    /// Whether it is written like a tag, `<name>` or `</name>`, and so may stand in text that the model or
    /// the developer wrote; all others steer the conversation and come from the chat template alone.
    package var isTag: Bool {
        guard content.hasPrefix("<"), content.hasSuffix(">") else { return false }
        let name = content.dropFirst(content.hasPrefix("</") ? 2 : 1).dropLast()
        return !name.isEmpty
            && name.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
            }
    }

    /// The added tokens of Qwen2.5, for vocabularies that come as bare ranks.
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
