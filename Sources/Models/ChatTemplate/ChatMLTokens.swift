package import Tokenizer

/// The added tokens that structure a conversation with a Qwen2.5-VL model.
package struct ChatMLTokens: Hashable, Sendable {
    /// `<|im_start|>`
    package let turnStart: Int32
    /// `<|im_end|>`
    package let turnEnd: Int32
    /// `<|vision_start|>`
    package let visionStart: Int32
    /// `<|vision_end|>`
    package let visionEnd: Int32
    /// `<|image_pad|>`
    package let imagePad: Int32
    /// `</tool_call>`
    package let toolCallEnd: Int32
    /// Tokens that must never be sampled: all added tokens except tags and `turnEnd`.
    ///
    /// Ids from the tokenizer's `vocabularySize` on, which pad the model's logits, must not be sampled either; they are
    /// not in this list.
    package let unsampled: [Int32]

    /// The added tokens of Qwen2.5-VL up to the tool tags, in the order of their ids.
    package static let names = [
        "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>",
        "<|box_start|>", "<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>",
        "<|vision_end|>", "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>", "<tool_call>", "</tool_call>",
    ]

    /// - Throws: `TokenizerError` with the names of missing tokens.
    package init(_ tokenizer: Tokenizer) throws(TokenizerError) {
        let names = [
            "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>",
            "</tool_call>",
        ]
        let added = Dictionary(tokenizer.definition.addedTokens.map { ($0.content, $0.id) }) { $1 }
        let missing = names.filter { added[$0] == nil }
        guard missing.isEmpty else {
            throw TokenizerError(
                .unsupported, "preparing the chat format",
                "the vocabulary has no added token \(missing.joined(separator: ", ")); "
                    + "use the tokenizer of a Qwen2.5-VL model")
        }
        let ids = names.compactMap { added[$0] }
        (turnStart, turnEnd, visionStart, visionEnd, imagePad, toolCallEnd) = (
            ids[0], ids[1], ids[2], ids[3], ids[4], ids[5]
        )
        unsampled = tokenizer.definition.addedTokens.filter { !$0.isTag && $0.id != ids[1] }.map(\.id)
            .sorted()
    }
}
