import Agent
import Foundation
import HTTP
import JSON
import Serving
import Synchronization
import TestPolicy
import Testing

/// Who may ask, how much and for how long.
@Suite struct ServerLimitsTests {
    @Test func pagesMayLoadNothingFromElsewhere() async throws {
        try await ChatServer.running(ScriptedPolicy(.answer("red"))) { server in
            for path in ["/", "/v1/models", "/nowhere", "/assets/playground.js"] {
                let headers = try await server.get(path).headers
                let policy = headers["Content-Security-Policy"].first ?? ""
                #expect(policy.hasPrefix("default-src 'none'; script-src 'self'"))
                #expect(!policy.contains("unsafe"))
                #expect(headers["X-Content-Type-Options"] == ["nosniff"])
            }
            let missing = try await server.get("/nowhere")
            #expect(missing.status == 404)
            #expect(missing.error["code"] == .string("unknown_url"))
        }
    }

    @Test func otherSitesCannotUseTheServerThroughABrowser() async throws {
        try await ChatServer.running(ScriptedPolicy(.answer("red"))) { server in
            for (name, value, status) in [
                ("Host", "evil.example", 403), ("Host", "localhost.evil.example:8000", 403),
                ("Origin", "https://evil.example", 403), ("Origin", "null", 403),
                ("Origin", "http://127.0.0.1:\(server.port)", 200), ("Host", "localhost:8000", 200),
            ] {
                let reply = try await server.get("/v1/models", headers: [(name, value)])
                #expect(reply.status == status, "\(name): \(value)")
            }
            let form = try await server.post("{}", headers: [("Content-Type", "text/plain")])
            #expect(form.status == 415)
        }
    }

    @Test func otherAddressesNeedAKey() throws {
        var configuration = ServerConfiguration()
        configuration.host = "0.0.0.0"
        #expect(throws: ServerError.self) { try configuration.validate() }
        configuration.apiKey = "secret"
        #expect(throws: Never.self) { try configuration.validate() }
    }

    @Test func keysAreAskedFor() async throws {
        var configuration = ServerConfiguration()
        configuration.apiKey = "secret"
        try await ChatServer.running(ScriptedPolicy(.answer("red")), configuration: configuration) { server in
            let cookie = "deepeyes_key=" + Data("secret".utf8).base64EncodedString()
            for (name, value, status) in [
                ("Accept", "*/*", 401), ("Authorization", "Bearer secre", 401),
                ("Authorization", "Bearer secrets", 401), ("Authorization", "Bearer ", 401),
                ("Authorization", "Bearer secret", 200), ("Cookie", "deepeyes_key=c2VjcmU=", 401),
                ("Cookie", cookie, 200),
            ] {
                let reply = try await server.get("/v1/models", headers: [(name, value)])
                #expect(reply.status == status, "\(name): \(value)")
            }
            #expect(try await server.get("/healthz").status == 200)
            let form = [("Content-Type", "application/x-www-form-urlencoded")]
            let wrong = try await server.post("key=wrong", to: "/login", headers: form)
            #expect(wrong.status == 401)
            let right = try await server.post("key=secret", to: "/login", headers: form)
            #expect(right.headers["Set-Cookie"].first?.hasPrefix(cookie + "; ") == true)
        }
    }

    @Test func largeBodiesAreRefused() async throws {
        var configuration = ServerConfiguration()
        configuration.maximumBodyBytes = 1000
        try await ChatServer.running(ScriptedPolicy(.answer("red")), configuration: configuration) { server in
            let reply = try await server.post(String(repeating: " ", count: 1001))
            #expect(reply.status == 413)
            #expect(reply.error["code"] == .string("request_too_large"))
            #expect(try await server.chat().status == 200)
        }
    }

    @Test func moreRequestsThanPlacesAreTurnedAway() async throws {
        let gate = Gate()
        let policy = ScriptedPolicy { _, _ in
            await gate.wait()
            return .answer("red")
        }
        try await ChatServer.running(policy, limit: 2) { server in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<2 { group.addTask { try await server.chat().status } }
                while policy.calls.requests.count < 2 { try await Task.sleep(for: .milliseconds(5)) }
                let refused = try await server.chat()
                #expect(refused.status == 429)
                #expect(refused.headers["Retry-After"].first.flatMap { Int($0) } ?? 0 >= 1)
                #expect(refused.error["code"] == .string("server_overloaded"))
                gate.open()
                for try await status in group { #expect(status == 200) }
            }
            #expect(try await server.chat().status == 200)
        }
    }

    @Test(arguments: [false, true])
    func whoGoesAwayFreesThePlace(isStream: Bool) async throws {
        let policy = ScriptedPolicy { _, _ in
            try await Task.sleep(for: .seconds(60))
            return .answer("red")
        }
        try await ChatServer.running(policy, limit: 1) { server in
            let client = Task { try await server.chat(#""stream": \#(isStream)"#) }
            while policy.calls.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            client.cancel()
            _ = await client.result
            while policy.calls.ended.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            let metrics = try await server.get("/metrics").body
            #expect(metrics.contains("deepeyes_requests_in_flight 0"))
        }
    }

    @Test func metricsCountWhatWasDone() async throws {
        try await ChatServer.running(ScriptedPolicy(.answer("red"))) { server in
            for _ in 0..<3 { _ = try await server.chat() }
            _ = try await server.post("{")
            let metrics = try await server.get("/metrics").body
            #expect(metrics.contains(#"route="/v1/chat/completions",status="200"} 3"#))
            #expect(metrics.contains(#"route="/v1/chat/completions",status="400"} 1"#))
            #expect(metrics.contains("deepeyes_answer_seconds_count 3"))
            #expect(metrics.contains("# TYPE deepeyes_engine_cached_tokens_total counter"))
            #expect(metrics.contains("deepeyes_engine_cached_tokens_total 7\n"))
            #expect(metrics.contains("deepeyes_engine_peak_pages 3\n"))
            #expect(metrics.contains("deepeyes_engine_model_seconds_total 0.25\n"))
            #expect(metrics.contains("deepeyes_answer_seconds_bucket{le=\"+Inf\"} 3"))
            #expect(metrics.contains("deepeyes_prompt_tokens_total 15"))
        }
    }
}

/// Holds tasks up until it is opened.
private final class Gate: Sendable {
    private let state = Mutex((isOpen: false, waiting: [CheckedContinuation<Void, Never>]()))

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
