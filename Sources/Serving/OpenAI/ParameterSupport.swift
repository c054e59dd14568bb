import JSON

/// Parameters of the OpenAI API, and of servers such as vLLM and SGLang, that this server does not read.
///
/// Parameters that are in no table are unknown: they are ignored, and told of (``IgnoredParameters``).
struct ParameterSupport: Sendable {
    struct Refusal: Sendable {
        /// Values that ask for what the server does anyway; null, an empty list and an empty object always do.
        let accepted: [JSONValue]
        /// What the client can do, completing the message.
        let remedy: String
    }

    /// Parameters that label a request, or whose every value gives the same answer.
    let withoutEffect: Set<String>
    /// Parameters that would change the answer.
    let refused: [String: Refusal]

    private init(withoutEffect: Set<String>, refused groups: [(String, [String: [JSONValue]])]) {
        self.withoutEffect = withoutEffect
        var refused: [String: Refusal] = [:]
        for (remedy, parameters) in groups {
            for (name, accepted) in parameters {
                refused[name] = Refusal(accepted: accepted, remedy: remedy)
            }
        }
        self.refused = refused
    }

    /// Those of the request itself.
    ///
    /// `parallel_tool_calls` has no effect because a turn ends with its first call. The options about special tokens have none
    /// because no special token is ever part of an answer.
    static let request = ParameterSupport(
        withoutEffect: [
            "user", "metadata", "safety_identifier", "prompt_cache_key", "prompt_cache_options",
            "prompt_cache_retention", "prediction", "request_id", "rid", "session_id", "stream_interval",
            "parallel_tool_calls", "skip_special_tokens", "spaces_between_special_tokens",
        ],
        refused: [
            (
                "describe the format in the prompt, and check the answer",
                [
                    "response_format": [["type": "text"]], "structured_outputs": [], "guided_json": [],
                    "guided_regex": [], "guided_choice": [], "guided_grammar": [],
                    "guided_decoding_backend": [],
                    "guided_whitespace_pattern": [], "structural_tag": [], "json_schema": [], "regex": [],
                    "ebnf": [], "grammar": [],
                ]
            ),
            (
                "use n for several answers",
                [
                    "best_of": [1], "use_beam_search": [false], "num_beams": [1], "num_return_sequences": [1],
                    "length_penalty": [1], "early_stopping": [false],
                ]
            ),
            ("use max_tokens", ["max_new_tokens": [], "max_length": []]),
            ("use temperature, where 0 is greedy", ["do_sample": []]),
            ("use tools and tool_choice", ["functions": [], "function_call": ["none"]]),
            (
                "choose between the two models: the one with -thinking tells its reasoning",
                [
                    "reasoning_effort": [], "reasoning": [], "thinking": [], "enable_thinking": [],
                    "thinking_token_budget": [], "include_reasoning": [true], "separate_reasoning": [true],
                    "stream_reasoning": [true],
                ]
            ),
            (
                "the prompt has the format that the model was trained with",
                [
                    "chat_template": [], "chat_template_kwargs": [], "add_generation_prompt": [true],
                    "continue_final_message": [false], "add_special_tokens": [false], "documents": [],
                    "truncate_prompt_tokens": [], "truncation_side": [],
                ]
            ),
            (
                "resize images before sending them, or set min_pixels and max_pixels in the model's "
                    + "preprocessor_config.json",
                ["mm_processor_kwargs": [], "media_io_kwargs": [], "mm_payload": []]
            ),
            (
                "omit it",
                [
                    "logit_bias": [], "allowed_token_ids": [], "bad_words": [], "logits_processors": [],
                    "custom_logit_processor": [], "no_repeat_ngram_size": [0], "typical_p": [1],
                    "repetition_detection": [], "watermarking": [false],
                    "include_stop_str_in_output": [false],
                    "no_stop_trim": [false], "echo": [false], "prompt_logprobs": [], "logprob_token_ids": [],
                    "return_token_ids": [false], "return_tokens_as_token_ids": [false],
                    "return_token_offsets": [false], "return_prompt_text": [false], "modalities": [["text"]],
                    "audio": [], "verbosity": ["medium"], "moderation": [], "store": [false],
                    "service_tier": ["auto", "default"], "web_search_options": [], "priority": [0],
                    "cache_salt": [], "lora_path": [], "kv_transfer_params": [], "ec_transfer_params": [],
                    "vllm_xargs": [],
                ]
            ),
        ])

    /// Those of `stream_options`.
    static let stream = ParameterSupport(
        withoutEffect: ["include_obfuscation"],
        refused: [("use include_usage, which counts at the end", ["continuous_usage_stats": [false]])])

    /// Those of a message.
    static let message = ParameterSupport(
        withoutEffect: ["tool_call_id"], refused: [("use tool_calls", ["function_call": []])])

    /// Those of a tool call in a message.
    static let toolCall = ParameterSupport(withoutEffect: ["id", "type", "index"], refused: [])

    /// Those of a tool.
    static let tool = ParameterSupport(withoutEffect: ["type"], refused: [])
}
