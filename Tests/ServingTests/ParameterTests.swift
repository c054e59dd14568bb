import Agent
import HTTP
import JSON
import Serving
import Synchronization
import TestPolicy
import Testing

/// Parameters of a request: they work, or are refused by name, or are reported as ignored.
struct ParameterTests {
    // MARK: Refused

    @Test(arguments: [
        ("best_of", "2"), ("use_beam_search", "true"), ("guided_json", #"{"type": "object"}"#),
        ("guided_choice", #"["a"]"#), ("structured_outputs", #"{"regex": "a"}"#),
        ("response_format", #"{"type": "json_object"}"#), ("chat_template", #""x""#),
        ("chat_template_kwargs", #"{"enable_thinking": false}"#), ("continue_final_message", "true"),
        ("mm_processor_kwargs", #"{"max_pixels": 9}"#), ("logit_bias", #"{"1": 2}"#),
        ("allowed_token_ids", "[1]"), ("bad_words", #"["a"]"#), ("reasoning_effort", #""low""#),
        ("include_reasoning", "false"), ("echo", "true"), ("functions", #"[{"name": "f"}]"#),
        ("max_new_tokens", "9"), ("store", "true"), ("service_tier", #""flex""#), ("cache_salt", #""s""#),
        ("modalities", #"["text", "audio"]"#), ("include_stop_str_in_output", "true"),
        ("prompt_logprobs", "1"), ("tool_choice", #""required""#),
    ])
    func knownParametersThatAreNotSupportedAreRefusedByName(name: String, value: String) async throws {
        try await ChatServer.running(ScriptedPolicy(.answer("red"))) { server in
            let reply = try await server.chat(#""\#(name)": \#(value)"#)
            #expect(reply.status == 400)
            #expect(reply.error["param"] == .string(name))
            #expect(reply.error["code"] == .string("unsupported_value"))
            #expect(reply.error["message"]?.string?.hasPrefix("\(name) ") == true)
        }
    }

    @Test func valuesThatAskForWhatTheServerDoesAreAccepted() async throws {
        try await ChatServer.running(ScriptedPolicy(.answer("red"))) { server in
            let reply = try await server.chat(
                """
                "best_of": 1, "guided_json": null, "response_format": {"type": "text"}, "logit_bias": {},
                "parallel_tool_calls": false, "store": false, "user": "me", "metadata": {"a": "b"},
                "include_reasoning": true, "bad_words": [], "modalities": ["text"], "stop_token_ids": [],
                "skip_special_tokens": false, "stream_options": {"include_obfuscation": false}
                """)
            #expect(reply.status == 200)
            #expect(reply.headers["X-DeepEyes-Ignored"].isEmpty)
        }
    }

    @Test(arguments: [
        ("min_p", "1.5"), ("repetition_penalty", "0"), ("presence_penalty", "2.5"),
        ("frequency_penalty", #""a""#), ("min_tokens", "-1"), ("stop_token_ids", "[-1]"),
        ("stop_token_ids", #"["a"]"#), ("stop_token_ids", "3"), ("top_k", "-2"), ("ignore_eos", "1"),
        ("stream_options", "true"), ("tools", "{}"),
    ])
    func valuesThatCannotWorkAreRefusedByName(name: String, value: String) async throws {
        try await ChatServer.running(ScriptedPolicy(.answer("red"))) { server in
            let reply = try await server.chat(#""\#(name)": \#(value)"#)
            #expect(reply.status == 400)
            #expect(reply.error["code"] == .string("invalid_value"))
            #expect(reply.error["message"]?.string?.hasPrefix("\(name) must be ") == true)
        }
    }

    @Test func aMinimumAboveTheMaximumIsRefused() async throws {
        try await ChatServer.running(ScriptedPolicy(.answer("red"))) { server in
            let reply = try await server.chat(#""min_tokens": 9, "max_tokens": 8"#)
            #expect(reply.error["message"] == .string("min_tokens must not exceed max_tokens"))
        }
    }

    @Test(arguments: ["ignore_eos", "min_tokens"])
    func theThinkingModelMustEndItsTurns(name: String) async throws {
        try await ChatServer.running(ScriptedPolicy(.answer("red"))) { server in
            let value = name == "ignore_eos" ? "true" : "5"
            let reply = try await server.chat(model: "scripted-thinking", #""\#(name)": \#(value)"#)
            #expect(reply.status == 400)
            #expect(reply.error["message"]?.string?.hasPrefix("\(name) is not supported") == true)
        }
    }

    // MARK: Ignored

    @Test(arguments: [false, true])
    func unknownParametersAreReported(isStream: Bool) async throws {
        let lines = Lines()
        try await ChatServer.running(ScriptedPolicy(.answer("red")), log: lines.add) { server in
            let part = #"{"type": "text", "text": "Hello", "cache_control": {"type": "ephemeral"}}"#
            let messages = """
                [{"role": "user", "name": "me", "content": [\(part), \(part)]},
                 {"role": "assistant", "content": "Hi", "refusal": null, "annotations": []},
                 {"role": "user", "name": "me", "content": "Go on."}]
                """
            for _ in 0..<2 {
                let reply = try await server.chat(
                    messages: messages, #""stream": \#(isStream), "tempreature": 0.1, "né\n": 1, "x": null"#)
                #expect(reply.status == 200)
                #expect(
                    reply.headers["X-DeepEyes-Ignored"] == [
                        "tempreature, n%C3%A9%0A, messages[].name, messages[].content[].cache_control"
                    ])
            }
        }
        #expect(lines.all.count == 4)
        #expect(lines.all.first?.contains("tempreature") == true)
    }

    @Test func manyUnknownParametersFillNeitherTheHeaderNorTheLog() async throws {
        let lines = Lines()
        try await ChatServer.running(ScriptedPolicy(.answer("red")), log: lines.add) { server in
            let long = String(repeating: "a", count: 200)
            let many = (0..<500).map { #""key\#($0)\#(long)": 1"# }
            let reply = try await server.chat(many.joined(separator: ", "))
            let names = reply.headers["X-DeepEyes-Ignored"].first?.split(separator: ", ")
            #expect(names?.count == 21)
            #expect(names?.last == "...")
            #expect(names?.allSatisfy { $0.count <= 64 } == true)
        }
        #expect(lines.all.count == 100)
    }

    // MARK: Working

    @Test(arguments: ["scripted", "scripted-thinking"])
    func optionsArePassedOn(model: String) async throws {
        let policy = ScriptedPolicy(.answer("red"))
        try await ChatServer.running(policy) { server in
            _ = try await server.chat(
                model: model,
                """
                "min_p": 0.1, "repetition_penalty": 1.2, "presence_penalty": -0.5, "frequency_penalty": 2,
                "stop_token_ids": [7, 8]
                """)
            if model == "scripted" { _ = try await server.chat(#""ignore_eos": true, "min_tokens": 3"#) }
        }
        var options = TurnOptions()
        options.minP = 0.1
        options.repetitionPenalty = 1.2
        options.presencePenalty = -0.5
        options.frequencyPenalty = 2
        options.stopTokens = [7, 8]
        #expect(policy.calls.requests.first?.options == options)
        var others = TurnOptions()
        others.ignoresTurnEnds = true
        others.minimumTokens = 3
        #expect(policy.calls.requests.dropFirst().map(\.options) == (model == "scripted" ? [others] : []))
    }

    @Test func aStopTokenIsNoPartOfTheAnswer() async throws {
        try await ChatServer.running(ScriptedPolicy(ScriptedPolicy.Turn("one!"))) { server in
            let reply = try await server.chat(#""stop_token_ids": [33]"#)
            #expect(reply.json["choices"]?.array?.first?["message"]?["content"] == .string("one"))
            #expect(reply.json["usage"]?["completion_tokens"] == .number(4))
        }
    }

    @Test func stopTextsBeforeTheMinimumAreText() async throws {
        try await ChatServer.running(ScriptedPolicy(ScriptedPolicy.Turn("one two one"))) { server in
            let choice = try await server.chat(#""stop": "one", "min_tokens": 4"#).json["choices"]?.array?
                .first
            #expect(choice?["message"]?["content"] == .string("one two "))
            #expect(choice?["finish_reason"] == .string("stop"))
        }
    }

    /// The text goes on after the call, so that there is no turn that a call could end.
    @Test func withIgnoredEndsACallIsText() async throws {
        let text = "a <tool_call>\n{\"name\": \"f\", \"arguments\": {}}\n</tool_call> b <tool_call>c"
        try await ChatServer.running(ScriptedPolicy(ScriptedPolicy.Turn(text, .length))) { server in
            let tools = #""tools": [{"type": "function", "function": {"name": "f"}}]"#
            let choice = try await server.chat(tools + #", "ignore_eos": true"#).json["choices"]?.array?.first
            #expect(choice?["message"]?["content"] == .string(text))
            #expect(choice?["message"]?["tool_calls"] == nil)
            #expect(choice?["finish_reason"] == .string("length"))
        }
    }

    // MARK: Calls in the history

    @Test(arguments: [
        (#""{\"a\":  [1,2]}""#, #"{"a":  [1,2]}"#), (#"{"a": [1, 2.50]}"#, #"{"a": [1, 2.50]}"#),
        ("\"\"", "{}"),
    ])
    func argumentsMayBeAStringOrAnObject(arguments: String, written: String) async throws {
        let policy = ScriptedPolicy(.answer("red"))
        try await ChatServer.running(policy) { server in
            let call =
                #"{"id": "1", "type": "function", "function": {"name": "f", "arguments": \#(arguments)}}"#
            let messages = #"[{"role": "assistant", "content": null, "tool_calls": [\#(call), \#(call)]}]"#
            let reply = try await server.chat(messages: messages)
            #expect(reply.status == 200)
            #expect(reply.headers["X-DeepEyes-Ignored"].isEmpty)
        }
        let prompt = ByteFormat().text(of: try #require(policy.calls.requests.first).transcript.tokens)
        let call = "<tool_call>\n{\"name\": \"f\", \"arguments\": \(written)}\n</tool_call>"
        #expect(prompt == "\(call)\n\(call)")
    }

    @Test func argumentsOfAnotherKindAreRefused() async throws {
        try await ChatServer.running(ScriptedPolicy(.answer("red"))) { server in
            let messages =
                #"[{"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": [1]}}]}]"#
            let reply = try await server.chat(messages: messages)
            #expect(reply.error["param"] == .string("messages[0].tool_calls[0].function.arguments"))
        }
    }
}

/// Lines of a log.
private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])

    @Sendable func add(_ line: String) { lines.withLock { $0.append(line) } }

    var all: [String] { lines.withLock { $0 } }
}
