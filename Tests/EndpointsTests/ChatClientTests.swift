import Endpoints
import Foundation
import Synchronization
import TestServer
import Testing

/// Time that passes when something sleeps, and not otherwise.
final class SteppedTime: Sendable {
    private let state = Mutex((now: ContinuousClock.now, pauses: [Duration]()))

    var pauses: [Duration] { state.withLock { $0.pauses } }

    func pass(_ duration: Duration) { state.withLock { $0.now += duration } }

    var time: ChatClient.Time {
        ChatClient.Time { [self] in
            state.withLock { $0.now }
        } sleep: { [self] duration in
            state.withLock {
                $0.now += duration
                $0.pauses.append(duration)
            }
        }
    }
}

private let request = ChatRequest(model: "small", messages: [ChatMessage(.user, "hello")])

/// A client of `servers` that sleeps in stepped time.
private func client(
    _ urls: [String], time: SteppedTime = SteppedTime(), key: String? = nil,
    _ change: (inout EndpointConfiguration) -> Void = { _ in }
) throws -> ChatClient {
    var configuration = EndpointConfiguration(urls: urls)
    if key != nil { configuration.apiKeyVariable = "CHAT_KEY" }
    change(&configuration)
    return try ChatClient(
        configuration, environment: key.map { ["CHAT_KEY": $0] } ?? [:], time: time.time)
}

/// The error of a request that has no reply.
private func failure(_ client: ChatClient) async throws -> ChatError {
    do {
        let reply = try await client.complete(request)
        Issue.record("there is a reply: \(reply)")
        throw CancellationError()
    } catch let error as ChatError {
        return error
    }
}

@Suite struct ChatClientTests {
    @Test func aReplyComesBackWithItsText() async throws {
        let server = try await TestServer { _ in .says("hi") }
        #expect(try await client([server.url]).complete(request).choices.map(\.text) == ["hi"])
        #expect(server.requests.map(\.path) == ["/v1/chat/completions"])
    }

    @Test func theRequestIsThatOfOpenAI() async throws {
        let server = try await TestServer { _ in .says("hi") }
        let full = ChatRequest(
            model: "eyes",
            messages: [
                ChatMessage(.system, "see"),
                ChatMessage(.user, [.image(Data([1, 2, 3]), type: "image/png"), .text("what?")]),
            ], temperature: 0.5, maximumTokens: 7, count: 2, stop: ["end"], seed: 3)
        _ = try await client([server.url]).complete(full)
        let sent = try JSONSerialization.jsonObject(with: server.requests[0].body) as? NSDictionary
        let expected: NSDictionary = [
            "model": "eyes", "temperature": 0.5, "max_tokens": 7, "n": 2, "stop": ["end"], "seed": 3,
            "messages": [
                ["role": "system", "content": "see"],
                [
                    "role": "user",
                    "content": [
                        ["type": "image_url", "image_url": ["url": "data:image/png;base64,AQID"]],
                        ["type": "text", "text": "what?"],
                    ],
                ],
            ],
        ]
        #expect(sent == expected)
    }

    @Test func theKeyIsSent() async throws {
        let server = try await TestServer { _ in .says("hi") }
        _ = try await client([server.url], key: "secret-7").complete(request)
        #expect(server.requests[0].headers["authorization"] == "Bearer secret-7")
    }

    @Test func aReplyThatIsCutOffSaysSo() async throws {
        let server = try await TestServer { _ in .cutOff("hi") }
        #expect(try await client([server.url]).complete(request).choices[0].isCutOff)
    }

    @Test(arguments: [408, 409, 425, 429, 500, 502, 503])
    func someStatusesAreTriedAgain(status: Int) async throws {
        let server = try await TestServer { $0.number == 0 ? .raw(status, body: "later") : .says("hi") }
        #expect(try await client([server.url]).complete(request).choices[0].text == "hi")
    }

    @Test(arguments: [400, 401, 403, 404, 413, 422])
    func othersAreNot(status: Int) async throws {
        let server = try await TestServer { _ in .raw(status, body: "no") }
        let error = try await failure(client([server.url]))
        #expect(error.reason == .status(status))
        #expect(server.requests.count == 1)
    }

    @Test func aRefusalNamesAddressModelAndRemedy() async throws {
        let server = try await TestServer { _ in .raw(404, body: "no model small") }
        let text = try await failure(client([server.url])).description
        #expect(
            text.contains(server.url) && text.contains("model small") && text.contains("check the URL"))
        #expect(!text.contains("\n"))
    }

    @Test func theKeyIsNeverInAnError() async throws {
        let server = try await TestServer { .raw(401, body: "bad key \($0.headers["authorization"] ?? "")") }
        let text = try await failure(client([server.url], key: "secret-7")).description
        #expect(!text.contains("secret-7") && text.contains("bad key Bearer …"))
    }

    @Test func pausesDoubleAndAreSpread() async throws {
        let server = try await TestServer { _ in .raw(500, body: "") }
        let time = SteppedTime()
        _ = try await failure(client([server.url], time: time) { $0.failuresUntilCooldown = 100 })
        let seconds = time.pauses.map { $0 / .seconds(1) }
        #expect(seconds.count == 3)
        for (pause, longest) in zip(seconds, [0.5, 1, 2]) {
            #expect(pause >= longest / 2 && pause <= longest)
        }
    }

    @Test func aServerIsLeftAloneForAsLongAsItAsks() async throws {
        let server = try await TestServer {
            $0.number == 0 ? .raw(429, body: "", headers: [("Retry-After", "7")]) : .says("hi")
        }
        let time = SteppedTime()
        _ = try await client([server.url], time: time).complete(request)
        #expect(time.pauses == [.seconds(7)])
    }

    @Test func aServerThatIsBusyIsNotIll() async throws {
        let server = try await TestServer { _ in .raw(429, body: "") }
        let client = try client([server.url]) { $0.failuresUntilCooldown = 1 }
        _ = try await failure(client)
        #expect(client.statistics.events.isEmpty)
    }

    @Test(arguments: [
        "garbage", "{\"choices\": []}", "{\"error\": 1}", "[]", "", "{\"choices\": [{\"text\": \"old\"}]}",
    ])
    func aReplyOfAnotherKindIsTriedAgainAndNamed(body: String) async throws {
        let server = try await TestServer { _ in .raw(200, body: body) }
        let error = try await failure(client([server.url]) { $0.failuresUntilCooldown = 100 })
        #expect(error.reason == .malformed)
        #expect(server.requests.count == 4)
    }

    @Test func anErrorHoldsNoControlCharacters() async throws {
        let server = try await TestServer { _ in .raw(400, body: "no\u{1B}[2J\u{7} way\n") }
        #expect(try await failure(client([server.url])).description.contains(": no[2J way; "))
    }

    @Test func halfAReplyIsTriedAgain() async throws {
        let server = try await TestServer { $0.number == 0 ? .half : .says("hi") }
        #expect(try await client([server.url]).complete(request).choices[0].text == "hi")
    }

    @Test func aHugeReplyIsRefused() async throws {
        let server = try await TestServer { _ in .says(String(repeating: "x", count: 100_000)) }
        let error = try await failure(client([server.url]) { $0.replyByteLimit = 10_000 })
        #expect(error.reason == .tooLarge)
    }

    @Test func aServerThatHangsIsGivenUp() async throws {
        let server = try await TestServer { _ in .hangs }
        let error = try await failure(client([server.url]) { ($0.timeoutSeconds, $0.attempts) = (0.2, 1) })
        #expect(error.reason == .timedOut)
        await server.stop()
    }

    @Test func aServerThatIsNotThereIsNamed() async throws {
        let server = try await TestServer { _ in .hangs }
        await server.stop()
        let error = try await failure(client([server.url]))
        #expect(error.reason == .unreachable && error.description.contains(server.url))
    }

    @Test func noMoreRequestsThanAllowedAreUnderWay() async throws {
        let server = try await TestServer { _ in .held("hi") }
        let client = try client([server.url]) { $0.concurrency = 3 }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for _ in 0..<9 { tasks.addTask { _ = try await client.complete(request) } }
            for count in 3...11 {
                await server.received(min(count, 9))
                server.release()
            }
            try await tasks.waitForAll()
        }
        #expect(server.peak == 3)
    }

    @Test func aRequestCanBeCancelledWhileItWaits() async throws {
        let server = try await TestServer { _ in .hangs }
        let client = try client([server.url]) { $0.concurrency = 1 }
        let running = Task { _ = try await client.complete(request) }
        await server.received(1)
        let waiting = Task { _ = try await client.complete(request) }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        running.cancel()
        await #expect(throws: CancellationError.self) { try await running.value }
        await server.stop()
    }
}

@Suite struct EndpointHealthTests {
    @Test func anotherEndpointTakesOverAtOnce() async throws {
        let unhealthy = try await TestServer { _ in .raw(500, body: "") }
        let healthy = try await TestServer { _ in .says("hi") }
        let time = SteppedTime()
        let client = try client([unhealthy.url, healthy.url], time: time)
        for _ in 0..<10 { #expect(try await client.complete(request).choices[0].text == "hi") }
        #expect(time.pauses.isEmpty)
        #expect(unhealthy.requests.count == 3)
        #expect(client.statistics.events == ["\(unhealthy.url) is unhealthy after 3 failures"])
    }

    @Test func aRequestFailsAtOnceWhileAllCircuitsAreOpen() async throws {
        let server = try await TestServer { _ in .raw(500, body: "") }
        let client = try client([server.url])
        _ = try await failure(client)
        let count = server.requests.count
        #expect(try await failure(client).reason == .circuitOpen)
        #expect(server.requests.count == count)
    }

    @Test func aProbeFindsARecoveredEndpoint() async throws {
        let isHealthy = Mutex(false)
        let server = try await TestServer { _ in
            isHealthy.withLock { $0 } ? .says("hi") : .raw(500, body: "")
        }
        let time = SteppedTime()
        let client = try client([server.url], time: time)
        _ = try await failure(client)
        isHealthy.withLock { $0 = true }
        time.pass(.seconds(11))
        #expect(try await client.complete(request).choices[0].text == "hi")
        #expect(client.statistics.events.last == "\(server.url) has recovered")
    }

    @Test func aFailedProbeLengthensTheCooldown() async throws {
        let server = try await TestServer { _ in .raw(500, body: "") }
        let time = SteppedTime()
        let client = try client([server.url], time: time)
        _ = try await failure(client)
        time.pass(.seconds(11))
        #expect(try await failure(client).reason == .circuitOpen)
        time.pass(.seconds(11))
        #expect(try await failure(client).reason == .circuitOpen)
        #expect(server.requests.count == 3)
    }

    @Test func aServerThatDiesAndComesBackIsAskedAgain() async throws {
        let first = try await TestServer { _ in .says("first") }
        let time = SteppedTime()
        let client = try client([first.url], time: time)
        #expect(try await client.complete(request).choices[0].text == "first")
        await first.stop()
        #expect(try await failure(client).reason == .unreachable)
        let second = try await TestServer(port: first.port) { _ in .says("second") }
        time.pass(.seconds(11))
        #expect(try await client.complete(request).choices[0].text == "second")
        await second.stop()
    }
}

@Suite struct EndpointConfigurationTests {
    @Test(arguments: ["", "localhost:8000", "ftp://host/v1", "http://"])
    func anAddressThatIsNoneIsNamed(url: String) {
        #expect(throws: EndpointError.self) { try client([url]) }
    }

    @Test func noEndpointIsAnError() {
        #expect(throws: EndpointError.self) { try client([]) }
    }

    @Test func aKeyThatIsNotSetIsNamedByItsVariable() {
        let error = #expect(throws: EndpointError.self) {
            try ChatClient(
                EndpointConfiguration(urls: ["http://host/v1"], apiKeyVariable: "SOME_KEY"), environment: [:])
        }
        #expect(error?.description.contains("SOME_KEY") == true)
    }

    @Test func numbersThatCannotBeMeantAreNamed() {
        let error = #expect(throws: EndpointError.self) {
            try client(["http://host/v1"]) { $0.attempts = 0 }
        }
        #expect(error?.description.contains("attempts") == true)
    }
}
