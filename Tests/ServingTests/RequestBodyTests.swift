import Foundation
import HTTP
import Imaging
import JSON
import Serving
import TestPolicy
import Testing

/// Methods, encodings and data URIs of requests.
struct RequestBodyTests {
    private static let chat = "/v1/chat/completions"
    private static let body = #"{"model": "scripted", "messages": [{"role": "user", "content": "Hé"}]}"#
    private static let json = [("Content-Type", "application/json")]

    // MARK: Methods

    @Test(arguments: ["/", "/healthz", "/v1/models", "/metrics", "/v1/models/scripted", "/assets/server.css"])
    func headIsAnsweredWhereGetIs(path: String) async throws {
        try await ChatServer.running(ScriptedPolicy(.answer("red"))) { server in
            let (head, get) = (try await server.send("HEAD", path), try await server.get(path))
            #expect(head.status == 200)
            #expect(head.body.isEmpty)
            #expect(head.headers["Content-Type"] == get.headers["Content-Type"])
        }
    }

    @Test func headOfAnUnknownPathHasNoBody() async throws {
        try await ChatServer.running(ScriptedPolicy(.answer("red"))) { server in
            let reply = try await server.send("HEAD", "/nowhere")
            #expect(reply.status == 404)
            #expect(reply.body.isEmpty)
            #expect(try await server.get("/healthz").status == 200)
        }
    }

    @Test(arguments: [
        ("GET", chat, "POST"), ("HEAD", chat, "POST"), ("OPTIONS", chat, "POST"), ("PUT", chat, "POST"),
        ("POST", "/v1/models", "GET, HEAD"), ("DELETE", "/v1/models/scripted", "GET, HEAD"),
        ("PATCH", "/healthz", "GET, HEAD"), ("PUT", "/login", "GET, HEAD, POST"), ("POST", "/", "GET, HEAD"),
    ])
    func aWrongMethodIsToldTheRightOnes(method: String, path: String, allowed: String) async throws {
        try await ChatServer.running(ScriptedPolicy(.answer("red"))) { server in
            let reply = try await server.send(method, path)
            #expect(reply.status == 405)
            #expect(reply.headers["Allow"] == [allowed])
            if method != "HEAD" {
                #expect(reply.error["code"] == .string("method_not_allowed"))
                #expect(reply.error["message"]?.string?.contains(allowed) == true)
            }
        }
    }

    // MARK: Encodings

    @Test func utf8WithAMarkIsRead() async throws {
        try await ChatServer.running(ScriptedPolicy(.answer("red"))) { server in
            for type in ["application/json", "application/json; charset=UTF-8"] {
                let reply = try await server.send(
                    "POST", Self.chat, headers: [("Content-Type", type)],
                    body: [0xEF, 0xBB, 0xBF] + Array(Self.body.utf8))
                #expect(reply.status == 200)
            }
        }
    }

    @Test(arguments: [String.Encoding.utf16, .utf16LittleEndian, .utf16BigEndian, .utf32])
    func otherUnicodeEncodingsAreNamed(encoding: String.Encoding) async throws {
        try await ChatServer.running(ScriptedPolicy(.answer("red"))) { server in
            let body = try #require(Self.body.data(using: encoding))
            let reply = try await server.send("POST", Self.chat, headers: Self.json, body: Array(body))
            #expect(reply.status == 415)
            #expect(reply.error["message"]?.string?.hasSuffix("send JSON as UTF-8") == true)
        }
    }

    @Test func aCharsetIsNamed() async throws {
        try await ChatServer.running(ScriptedPolicy(.answer("red"))) { server in
            let reply = try await server.send(
                "POST", Self.chat, headers: [("Content-Type", "application/json; charset=iso-8859-1")],
                body: Array(Self.body.utf8))
            #expect(reply.status == 415)
            #expect(reply.error["message"]?.string?.contains("iso-8859-1") == true)
        }
    }

    @Test func bytesThatAreNotUTF8AreRefused() async throws {
        try await ChatServer.running(ScriptedPolicy(.answer("red"))) { server in
            let body = try #require(Self.body.data(using: .isoLatin1))
            let reply = try await server.send("POST", Self.chat, headers: Self.json, body: Array(body))
            #expect(reply.status == 400)
            #expect(reply.error["message"]?.string?.contains("not UTF-8") == true)
        }
    }

    @Test(arguments: [[("Content-Encoding", "gzip")], []])
    func compressedBodiesAreNamed(headers: [(String, String)]) async throws {
        try await ChatServer.running(ScriptedPolicy(.answer("red"))) { server in
            let body: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]
            let reply = try await server.send("POST", Self.chat, headers: Self.json + headers, body: body)
            #expect(reply.status == 415)
            #expect(reply.headers["Accept-Encoding"] == ["identity"])
            #expect(reply.error["message"]?.string?.contains("gzip") == true)
        }
    }

    // MARK: Data URIs

    @Test func spellingsOfBase64AreRead() async throws {
        let pictures = try (40..<80).map {
            Data(try numberedImage($0, 48).encodedPNG()).base64EncodedString()
        }
        let plain = try #require(
            pictures.first { text in ["+", "/", "="].allSatisfy { text.contains($0) } })
        let wrapped = stride(from: 0, to: plain.count, by: 76).map { start in
            String(plain.dropFirst(start).prefix(76))
        }
        .joined(separator: #"\r\n"#)
        let bare = plain.replacing("=", with: "")
        let urlSafe = plain.replacing("+", with: "-").replacing("/", with: "_")
        try await ChatServer.running(ScriptedPolicy(.answer("red"))) { server in
            for (name, data) in [
                ("plain", plain), ("wrapped", wrapped), ("without padding", bare), ("URL-safe", urlSafe),
            ] {
                let messages = ChatServer.question(image: "data:image/png;base64,\(data)")
                let reply = try await server.chat(messages: messages)
                #expect(reply.status == 200, "\(name)")
                #expect(reply.json["usage"]?["prompt_tokens_details"]?["image_tokens"] == .number(16))
            }
        }
    }

    @Test(arguments: [
        ("data:image/png;base64", "without a comma"), ("data:image/png,AAAA", "without ;base64"),
        ("data:image/png;base64,", "without data"),
        ("data:image/png;base64,AA*A", "at character 3 of the data: *"),
        ("data:image/png;base64,AAAAA", "5 base64 characters"),
        ("data:image/png;base64,AA==AA", "after its padding"),
        ("data:image/png;base64,AA===", "3 padding characters"),
    ])
    func damagedDataURIsSayWhere(address: String, problem: String) async throws {
        try await ChatServer.running(ScriptedPolicy(.answer("red"))) { server in
            let reply = try await server.chat(messages: ChatServer.question(image: address))
            #expect(reply.status == 400)
            #expect(reply.error["code"] == .string("invalid_value"))
            let message = reply.error["message"]?.string ?? ""
            #expect(message.hasPrefix("messages[0].content[0].image_url "))
            #expect(message.contains(problem), "\(message)")
        }
    }
}
