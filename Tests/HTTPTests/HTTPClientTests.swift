import Foundation
import HTTP
import TestServer
import Testing

private func send(
    _ url: String, by client: HTTPClient = HTTPClient(),
    _ change: (inout HTTPClient.Request) -> Void = { _ in }
) async throws -> HTTPClient.Response {
    var request = HTTPClient.Request(url: url)
    change(&request)
    return try await client.send(request)
}

@Suite struct HTTPClientTests {
    @Test func aResponseHasStatusHeadersAndBody() async throws {
        let server = try await TestServer { _ in
            .raw(418, body: "tea", headers: [("X-Pot", "a"), ("x-pot", "b")])
        }
        let response = try await send(server.url + "/tea/../pot")
        #expect(server.requests.map(\.path) == ["/v1/tea/../pot"])
        #expect(response.status == 418 && String(decoding: response.body, as: UTF8.self) == "tea")
        #expect(response.headers["X-POT"] == ["a", "b"])
        #expect(response.headers["absent"] == [])
    }

    @Test(arguments: [0, 5, 3_000_000]) func aBodyArrivesWhole(size: Int) async throws {
        let server = try await TestServer { .raw(200, body: "\($0.headers["content-type"] ?? "none")") }
        let body = Data((0..<size).map { UInt8(truncatingIfNeeded: $0) })
        let response = try await send(server.url) {
            $0.method = "POST"
            $0.headers = [("Content-Type", "application/octet-stream")]
            $0.body = body
        }
        #expect(String(decoding: response.body, as: UTF8.self) == "application/octet-stream")
        #expect(server.requests.map(\.body) == [body])
        #expect(server.requests[0].headers["expect"] == nil)
    }

    @Test func redirectsAreReturned() async throws {
        let server = try await TestServer { _ in .raw(302, body: "", headers: [("Location", "/elsewhere")]) }
        let response = try await send(server.url)
        #expect(response.status == 302 && response.headers["Location"] == ["/elsewhere"])
        #expect(server.requests.count == 1)
    }

    @Test func aGivenAddressReplacesTheLookup() async throws {
        let server = try await TestServer { .raw(200, body: $0.headers["host"] ?? "") }
        let response = try await send("http://nowhere.invalid:\(server.port)/") { $0.address = "127.0.0.1" }
        #expect(String(decoding: response.body, as: UTF8.self) == "nowhere.invalid:\(server.port)")
    }

    @Test func manyTransfersShareOneThread() async throws {
        let server = try await TestServer {
            .raw(200, body: String($0.path.split(separator: "/").last ?? ""))
        }
        let client = HTTPClient(connectionsPerHost: 16)
        let bodies = try await withThrowingTaskGroup(of: String.self) { group in
            for index in 0..<300 {
                group.addTask {
                    let response = try await send("\(server.url)/\(index)", by: client)
                    return String(decoding: response.body, as: UTF8.self)
                }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(bodies == Set((0..<300).map(String.init)))
    }
}

@Suite struct HTTPFailureTests {
    @Test func aLargeBodyIsRefused() async throws {
        let server = try await TestServer { _ in .raw(200, body: String(repeating: "x", count: 1001)) }
        await #expect(throws: HTTPClient.Failure.tooLarge) {
            try await send(server.url) { $0.byteLimit = 1000 }
        }
        #expect(try await send(server.url) { $0.byteLimit = 1001 }.body.count == 1001)
    }

    @Test func aServerThatHangsTimesOut() async throws {
        let server = try await TestServer { _ in .hangs }
        await #expect(throws: HTTPClient.Failure.timedOut) {
            try await send(server.url) { $0.timeout = .milliseconds(200) }
        }
        await server.stop()
    }

    @Test func aClosedPortAndABrokenConnectionAreFailuresOfTheConnection() async throws {
        let server = try await TestServer { _ in .half }
        func isConnectionFailure() async throws -> Bool {
            do {
                _ = try await send(server.url)
                return false
            } catch HTTPClient.Failure.connection(let reason) {
                return !reason.isEmpty
            }
        }
        #expect(try await isConnectionFailure())
        await server.stop()
        #expect(try await isConnectionFailure())
    }

    @Test(arguments: ["ftp://127.0.0.1/x", "file:///etc/passwd", "not a url"])
    func otherProtocolsAreRefused(url: String) async throws {
        await #expect(throws: HTTPClient.Failure.self) { try await send(url) }
    }

    @Test func aTransferCanBeCancelled() async throws {
        let server = try await TestServer { _ in .hangs }
        let transfer = Task { try await send(server.url) }
        await server.received(1)
        transfer.cancel()
        await #expect(throws: CancellationError.self) { try await transfer.value }
        let late = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await send(server.url)
        }
        await #expect(throws: CancellationError.self) { try await late.value }
        #expect(server.requests.count == 1)
        await server.stop()
    }
}
