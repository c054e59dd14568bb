import Endpoints
import TestServer
import Testing

/// A server that cannot do the work is found before the work.
@Suite struct VerificationTests {
    private func failure(of urls: [String], model: String = "small") async throws -> ChatError? {
        let client = try ChatClient(EndpointConfiguration(urls: urls))
        do {
            try await client.verify(model: model)
            return nil
        } catch let error as ChatError { return error }
    }

    private static func models(_ request: TestServer.Request, _ reply: TestServer.Reply) -> TestServer.Reply {
        request.path.hasSuffix("/models")
            ? .raw(200, body: #"{"object": "list", "data": [{"id": "small"}, {"id": "large"}]}"#) : reply
    }

    @Test func aServerWithTheModelPasses() async throws {
        let server = try await TestServer { Self.models($0, .says("Hello.")) }
        #expect(try await failure(of: [server.url]) == nil)
        #expect(server.requests.count == 1)
    }

    @Test func aServerThatListsNoModelsPasses() async throws {
        let server = try await TestServer { request in
            request.path.hasSuffix("/models") ? .raw(404, body: "no such path") : .says("Hello.")
        }
        #expect(try await failure(of: [server.url]) == nil)
    }

    /// Without a second attempt, which would cost time.
    @Test func aClosedPortIsUnreachable() async throws {
        let server = try await TestServer { _ in .says("") }
        let url = server.url
        await server.stop()
        let error = try await failure(of: [url])
        #expect(error?.reason == .unreachable)
        #expect(error?.description.contains("check that the server is running") == true)
    }

    @Test func aWrongNameIsAnsweredWithTheRightOnes() async throws {
        let server = try await TestServer {
            Self.models($0, .raw(404, body: #"{"error": {"message": "The model does not exist."}}"#))
        }
        let error = try await failure(of: [server.url], model: "smal")
        #expect(error?.reason == .status(404))
        #expect(error?.description.hasSuffix("The server has no model smal; it has small, large") == true)
        #expect(server.requests.count == 1)
    }
}
