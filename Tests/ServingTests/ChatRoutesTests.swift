import Agent
import Foundation
import HTTP
import Imaging
import JSON
import Serving
import TestPolicy
import Testing

/// The API over HTTP, with a scripted model behind it.
@Suite struct ChatRoutesTests {
    private static let call = #"{"name": "image_zoom_in_tool", "arguments": {"bbox_2d": [14, 28, 70, 84]}}"#

    private static let callText = "<tool_call>\(call)</tool_call>"

    @Test func modelsAreListed() async throws {
        try await ChatServer.running(ScriptedPolicy(.answer("red"))) { server in
            let names = try await server.get("/v1/models").json["data"]?.array?.compactMap {
                $0["id"]?.string
            }
            #expect(names == ["scripted", "scripted-thinking"])
            #expect(try await server.get("/v1/models/scripted").json["object"] == .string("model"))
            #expect(try await server.get("/v1/models/other").status == 404)
            #expect(try await server.get("/healthz").json["status"] == .string("ok"))
        }
    }

    @Test func plainAnswersKeepTheirTags() async throws {
        var turn = ScriptedPolicy.Turn.answer("red")
        turn.tokens.append(ChatServer.turnEnd)
        let count = turn.tokens.count
        let policy = ScriptedPolicy { [turn] _, _ in turn }
        try await ChatServer.running(policy) { server in
            let reply = try await server.chat().json
            let choice = try #require(reply["choices"]?.array?.first)
            #expect(choice["message"]?["content"] == .string("<think>I see.</think>\n<answer>red</answer>"))
            #expect(choice["finish_reason"] == .string("stop"))
            #expect(reply["usage"]?["prompt_tokens"] == .number(5))
            #expect(reply["usage"]?["completion_tokens"] == .number(Double(count)))
        }
    }

    @Test func streamedTextIsThatOfTheWhole() async throws {
        let written = "grün 🙂 \"\\\t\n\u{1}\u{1F}/"
        try await ChatServer.running(ScriptedPolicy(.answer(written))) { server in
            let reply = try await server.chat(#""stream": true, "stream_options": {"include_usage": true}"#)
            #expect(reply.headers["Content-Type"].first?.hasPrefix("text/event-stream") == true)
            #expect(reply.body.hasSuffix("data: [DONE]\n\n"))
            let choices = reply.events.compactMap { $0["choices"]?.array?.first }
            #expect(choices.first?["delta"]?["role"] == .string("assistant"))
            let text = choices.compactMap { $0["delta"]?["content"]?.string }.joined()
            #expect(text == "<think>I see.</think>\n<answer>\(written)</answer>")
            #expect(choices.last?["finish_reason"] == .string("stop"))
            #expect(reply.events.last?["usage"]?["total_tokens"] != nil)
        }
    }

    @Test func toolsOfTheClientAreCalledByTheClient() async throws {
        let policy = ScriptedPolicy(.call(Self.call))
        try await ChatServer.running(policy) { server in
            let tools = """
                "tools": [{"type": "function", "function": {"name": "image_zoom_in_tool", "description": "Zooms.",
                    "parameters": {"type":"object","required":["bbox_2d"],"properties":{"bbox_2d":{"type":"array","minItems":4.0}}}}}]
                """
            let choice = try #require(try await server.chat(tools).json["choices"]?.array?.first)
            #expect(choice["finish_reason"] == .string("tool_calls"))
            let function = choice["message"]?["tool_calls"]?.array?.first?["function"]
            #expect(function?["name"] == .string("image_zoom_in_tool"))
            #expect(function?["arguments"] == .string(#"{"bbox_2d": [14, 28, 70, 84]}"#))
            #expect(choice["message"]?["content"] == .string("<think>Look.</think>\n"))
            let streamed = try await server.chat(tools + #", "stream": true"#).events
            let deltas = streamed.compactMap { $0["choices"]?.array?.first?["delta"] }
            let text = deltas.compactMap { $0["content"]?.string }.joined()
            #expect(text == "<think>Look.</think>\n")
            #expect(deltas.compactMap { $0["tool_calls"]?.array?.first }.first?["index"] == .number(0))
        }
        // The order of the schema and its numbers are the client's.
        let prompt = try #require(policy.calls.requests.first?.transcript.tokens)
        let schema =
            #""parameters": {"type": "object", "required": ["bbox_2d"], "properties": {"bbox_2d": {"type": "array", "minItems": 4.0}}}"#
        #expect(ByteFormat().text(of: prompt).contains(schema))
    }

    /// The agent loop reads a call from the last tag before its end; a client gets the same call.
    @Test func aCallBeginsAtItsLastTag() async throws {
        let turn = ScriptedPolicy.Turn("<tool_call> no, <tool_call>\n\(Self.call)\n</tool_call>", .toolCall)
        try await ChatServer.running(ScriptedPolicy(turn)) { server in
            let tools = #""tools": [{"type": "function", "function": {"name": "image_zoom_in_tool"}}]"#
            let choice = try #require(try await server.chat(tools).json["choices"]?.array?.first)
            let function = choice["message"]?["tool_calls"]?.array?.first?["function"]
            #expect(function?["arguments"] == .string(#"{"bbox_2d": [14, 28, 70, 84]}"#))
            #expect(choice["message"]?["content"] == .string("<tool_call> no, "))
            #expect(choice["finish_reason"] == .string("tool_calls"))
        }
    }

    @Test func callsWithoutToolsAreText() async throws {
        try await ChatServer.running(ScriptedPolicy(.call(Self.call))) { server in
            let choice = try #require(try await server.chat().json["choices"]?.array?.first)
            #expect(choice["message"]?["content"]?.string?.hasSuffix("</tool_call>") == true)
            #expect(choice["finish_reason"] == .string("stop"))
        }
    }

    @Test func answersOfToolsGoBackToTheModel() async throws {
        let policy = ScriptedPolicy(.answer("red"))
        try await ChatServer.running(policy) { server in
            let messages = """
                [{"role": "user", "content": "Look."},
                 {"role": "assistant", "content": null, "tool_calls": [{"id": "1", "type": "function",
                    "function": {"name": "zoom", "arguments": "{\\"a\\": 1}"}}]},
                 {"role": "tool", "tool_call_id": "1", "content": "A crop."}]
                """
            let reply = try await server.chat(messages: messages)
            #expect(reply.status == 200)
        }
        let prompt = ByteFormat().text(of: try #require(policy.calls.requests.first).transcript.tokens)
        #expect(
            prompt == "Look.<tool_call>\n{\"name\": \"zoom\", \"arguments\": {\"a\": 1}}\n</tool_call>A crop."
        )
    }

    @Test func theThinkingModelLooksCloserByItself() async throws {
        let policy = ScriptedPolicy(.call(Self.call), .answer("red"))
        try await ChatServer.running(policy) { server in
            let reply = try await server.chat(
                model: "scripted-thinking", messages: ChatServer.question())
            let message = try #require(reply.json["choices"]?.array?.first?["message"])
            #expect(message["content"] == .string("red"))
            #expect(message["reasoning_content"] == .string("Look.\nI see.\n"))
            let event = try #require(message["tool_events"]?.array?.first)
            #expect(event["image"] == .number(1))
            // The view has 112 x 112 pixels, the picture 64 x 48; a side under 28 pixels grows around its centre.
            #expect(event["box"]?.array?.compactMap(\.number) == [8, 10, 40, 38])
            let usage = try #require(reply.json["usage"])
            #expect(usage["prompt_tokens_details"]?["image_tokens"] == .number(32))
            #expect(usage["completion_tokens"]?.number ?? 0 > 60)
        }
        #expect(policy.calls.ended.count == 1)
    }

    @Test func thinkingIsStreamedInItsOrder() async throws {
        let policy = ScriptedPolicy(.call(Self.call), .answer("red"))
        try await ChatServer.running(policy) { server in
            let reply = try await server.chat(
                model: "scripted-thinking", messages: ChatServer.question(), #""stream": true"#)
            let kinds = reply.events.compactMap { $0["choices"]?.array?.first?["delta"] }.compactMap {
                delta -> String? in
                if delta["tool_event"] != nil { return "tool" }
                if delta["reasoning_content"] != nil { return "reasoning" }
                return delta["content"]?.string?.isEmpty == false ? "content" : nil
            }
            let turns = kinds.reduce(into: [String]()) { if $0.last != $1 { $0.append($1) } }
            #expect(turns == ["reasoning", "tool", "reasoning", "content"])
        }
    }

    /// The same extraction as in training and evaluation, whole and streamed.
    @Test(
        arguments: [
            "<think>I see.</think><answer>red</answer>", "<answer>blue</answer> no, <answer>red</answer>",
            "<think>Or <answer>blue</answer>?</think><answer> red </answer>", "<answer>red</answer></answer>",
            "<think>I will use <answer> tags</think>\n<answer>red</answer>",
            "<think>I see.</think> It is red.",
            "<think>I see.</think><answer>re", "so \\boxed{red} it is", "<think>I see.</think>", "red",
        ], [false, true])
    func theAnswerIsThatOfTheEvaluation(text: String, isStream: Bool) async throws {
        let policy = ScriptedPolicy(
            ScriptedPolicy.Turn("<answer>first</answer>" + Self.callText, .toolCall),
            ScriptedPolicy.Turn(text))
        try await ChatServer.running(policy) { server in
            let reply = try await server.chat(
                model: "scripted-thinking", messages: ChatServer.question(), #""stream": \#(isStream)"#)
            let events = isStream ? reply.events : [reply.json]
            let messages = events.compactMap { $0["choices"]?.array?.first }.compactMap {
                $0[isStream ? "delta" : "message"]
            }
            let content = messages.compactMap { $0["content"]?.string }.joined()
            #expect(content == Markup.answerOrText(in: text))
            let reasoning = messages.compactMap { $0["reasoning_content"]?.string }.joined()
            #expect(reasoning.hasPrefix("first"))
        }
    }

    @Test func failedCallsAreTold() async throws {
        let policy = ScriptedPolicy(.call(#"{"name": "fly", "arguments": {}}"#), .answer("red"))
        try await ChatServer.running(policy) { server in
            let reply = try await server.chat(model: "scripted-thinking", messages: ChatServer.question())
            let event = reply.json["choices"]?.array?.first?["message"]?["tool_events"]?.array?.first
            #expect(event?["error"]?.string?.contains("no such tool") == true)
            #expect(event?["box"] == nil)
        }
    }

    @Test func severalAnswersComeFromSeveralNumbers() async throws {
        let policy = ScriptedPolicy(.answer("red"))
        try await ChatServer.running(policy) { server in
            let reply = try await server.chat(#""n": 3, "seed": 7"#)
            #expect(reply.json["choices"]?.array?.compactMap { $0["index"]?.number } == [0, 1, 2])
            _ = try await server.chat(#""n": 3, "seed": 7"#)
        }
        let first = policy.calls.requests.prefix(3).map { Self.draw($0) }
        let second = policy.calls.requests.suffix(3).map { Self.draw($0) }
        #expect(Set(first).count == 3 && Set(first) == Set(second))
    }

    private static func draw(_ request: CompletionRequest) -> UInt64 {
        var random = request.random
        return random.next()
    }

    @Test func stopTextsEndAnAnswer() async throws {
        try await ChatServer.running(ScriptedPolicy(ScriptedPolicy.Turn("one two three"))) { server in
            let choice = try await server.chat(#""stop": ["thr", "wo th"]"#).json["choices"]?.array?.first
            #expect(choice?["message"]?["content"] == .string("one t"))
            #expect(choice?["finish_reason"] == .string("stop"))
        }
    }

    @Test func limitsOfTokensAreKept() async throws {
        let policy = ScriptedPolicy(ScriptedPolicy.Turn("one two three"))
        try await ChatServer.running(policy) { server in
            let choice = try await server.chat(#""max_tokens": 5"#).json["choices"]?.array?.first
            #expect(choice?["message"]?["content"] == .string("one t"))
            #expect(choice?["finish_reason"] == .string("length"))
        }
    }

    @Test func samplingIsPassedOn() async throws {
        let policy = ScriptedPolicy(.answer("red"))
        try await ChatServer.running(policy) { server in
            for topK in [40, 0, -1] {
                _ = try await server.chat(
                    #""temperature": 0.5, "top_p": 0.9, "top_k": \#(topK), "max_tokens": 9"#)
            }
        }
        let sampling = policy.calls.requests.map(\.sampling)
        #expect(
            sampling == [40, 0, 0].map { Sampling(temperature: 0.5, topP: 0.9, topK: $0, maximumTokens: 9) })
    }

    @Test(arguments: [false, true])
    func logProbabilitiesAreOnePerToken(isStream: Bool) async throws {
        try await ChatServer.running(ScriptedPolicy(ScriptedPolicy.Turn("héllo"))) { server in
            let reply = try await server.chat(#""logprobs": true, "stream": \#(isStream)"#)
            let events = isStream ? reply.events : [reply.json]
            let entries = events.flatMap {
                $0["choices"]?.array?.first?["logprobs"]?["content"]?.array ?? []
            }
            #expect(entries.count == 6)
            #expect(entries.first?["token"] == .string("h"))
            #expect(entries.first?["bytes"] == .array([.number(104)]))
            // Half a character has no bytes of its own.
            #expect(entries[1]["bytes"] == nil || entries[1]["bytes"] == .null)
            #expect(entries[0]["top_logprobs"] == .array([]))
        }
    }

    @Test(arguments: ["scripted", "scripted-thinking"])
    func theLikeliestTokensAreTold(model: String) async throws {
        try await ChatServer.running(ScriptedPolicy(ScriptedPolicy.Turn("hi"))) { server in
            let reply = try await server.chat(model: model, #""logprobs": true, "top_logprobs": 2"#)
            let entries = reply.json["choices"]?.array?.first?["logprobs"]?["content"]?.array ?? []
            let told = entries.map { $0["top_logprobs"]?.array?.map { $0["token"]?.string } }
            #expect(told == [["h", "i"], ["i", "j"]])
            let likeliest = entries.first?["top_logprobs"]?.array ?? []
            #expect(likeliest.map { $0["logprob"]?.number } == [0, -1])
            #expect(likeliest.first?["bytes"] == .array([.number(104)]))
        }
    }

    // MARK: What goes wrong

    @Test(arguments: [
        (#"{"messages": []}"#, "model"), (#"{"model": "scripted", "messages": []}"#, "messages"),
        (#"{"model": "scripted", "messages": [{"role": "cat", "content": ""}]}"#, "messages[0].role"),
        (#"{"model": "scripted", "messages": [{"role": "user", "content": 3}]}"#, "messages[0].content"),
        (
            #"{"model": "scripted", "messages": [{"role": "user", "content": [{"type": "video"}]}]}"#,
            "messages[0].content[0].type"
        ),
        (#"{"model": "scripted", "messages": [{"role": "user", "content": "a"}], "n": 0}"#, "n"),
        (
            #"{"model": "scripted", "messages": [{"role": "user", "content": "a"}], "temperature": 3}"#,
            "temperature"
        ),
        (#"{"model": "scripted", "messages": [{"role": "user", "content": "a"}], "stop": [""]}"#, "stop"),
        (
            #"{"model": "scripted", "messages": [{"role": "user", "content": "a"}], "top_logprobs": 2}"#,
            "top_logprobs"
        ),
        (
            #"{"model": "scripted", "messages": [{"role": "user", "content": "a"}], "tool_choice": "required"}"#,
            "tool_choice"
        ),
        (#"{"model": "cat", "messages": [{"role": "user", "content": "a"}]}"#, "model"),
    ])
    func badRequestsNameTheParameter(body: String, parameter: String) async throws {
        try await ChatServer.running(ScriptedPolicy(.answer("red"))) { server in
            let reply = try await server.post(body)
            #expect([400, 404].contains(reply.status))
            #expect(reply.error["param"] == .string(parameter))
            #expect(reply.error["message"]?.string?.isEmpty == false)
        }
    }

    @Test(arguments: [
        "", "{", "[]", "{\"model\": \"scripted\", \"model\": 1}", String(repeating: "[", count: 9999),
    ])
    func whatIsNoJSONIsRefused(body: String) async throws {
        try await ChatServer.running(ScriptedPolicy(.answer("red"))) { server in
            let reply = try await server.post(body)
            #expect(reply.status == 400)
            #expect(reply.error["type"] == .string("invalid_request_error"))
        }
    }

    @Test func imagesThatAreNoneAreRefused() async throws {
        try await ChatServer.running(ScriptedPolicy(.answer("red"))) { server in
            for (address, code) in [
                ("data:image/png;base64,AAAA", "invalid_image"), ("data:image/png,AAAA", "invalid_value"),
                ("file:///etc/passwd", "invalid_value"), ("/etc/passwd", "invalid_value"),
                ("http://127.0.0.1:1/a.png", "image_host_not_allowed"),
                ("http://example.org/a.png", "image_host_not_allowed"),
            ] {
                let messages = """
                    [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "\(address)"}}]}]
                    """
                let reply = try await server.chat(messages: messages)
                #expect(reply.status == 400)
                #expect(reply.error["code"] == .string(code), "\(address)")
                #expect(reply.error["param"] == .string("messages[0].content[0].image_url"))
            }
        }
    }

    @Test func hostsOfThisMachineAreNotConnectedToEvenIfAllowed() async throws {
        let images = ImageRules(allowedHosts: ["localhost", "127.0.0.1"])
        try await ChatServer.running(ScriptedPolicy(.answer("red")), images: images) { server in
            for host in ["localhost", "127.0.0.1"] {
                let messages = """
                    [{"role": "user", "content": [
                        {"type": "image_url", "image_url": {"url": "http://\(host):\(server.port)/healthz"}}]}]
                    """
                let reply = try await server.chat(messages: messages)
                #expect(reply.error["code"] == .string("image_host_not_allowed"))
            }
        }
    }

    @Test func tooManyImagesAndTooManyPixelsAreRefused() async throws {
        var images = ImageRules()
        images.maximumCount = 2
        images.limits.maximumPixels = 3000
        try await ChatServer.running(ScriptedPolicy(.answer("red")), images: images) { server in
            let part = #"{"type": "image_url", "image_url": {"url": "data:,"}}"#
            let many = #"[{"role": "user", "content": [\#(part), \#(part), \#(part)]}]"#
            #expect(try await server.chat(messages: many).status == 400)
            let large = try await server.chat(messages: ChatServer.question())
            #expect(large.error["code"] == .string("invalid_image"))
        }
    }

    @Test func conversationsThatDoNotFitAreRefused() async throws {
        try await ChatServer.running(ScriptedPolicy(.answer("red")), contextTokens: 20) { server in
            let messages = #"[{"role": "user", "content": "\#(String(repeating: "a", count: 20))"}]"#
            let reply = try await server.chat(messages: messages)
            #expect(reply.error["code"] == .string("context_length_exceeded"))
        }
    }

    @Test func failuresOfTheModelAreErrorsOfTheServer() async throws {
        struct Broken: Error {}
        let policy = ScriptedPolicy { _, _ in throw Broken() }
        try await ChatServer.running(policy) { server in
            let reply = try await server.chat()
            #expect(reply.status == 500)
            #expect(reply.error["type"] == .string("server_error"))
            let streamed = try await server.chat(#""stream": true"#)
            #expect(streamed.events.last?["error"]?["type"] == .string("server_error"))
            #expect(try await server.get("/healthz").status == 200)
        }
        #expect(policy.calls.ended.count == 2)
    }

    @Test func slowAnswersEndInTime() async throws {
        let policy = ScriptedPolicy { _, _ in
            try await Task.sleep(for: .seconds(60))
            return .answer("red")
        }
        try await ChatServer.running(policy, answerTime: .milliseconds(50)) { server in
            let reply = try await server.chat()
            #expect(reply.status == 504)
            #expect(reply.error["code"] == .string("timeout"))
        }
        #expect(policy.calls.ended.count == 1)
    }
}
