import Foundation
import HTTP
import JSON
import Serving
import TestPolicy
import Testing

/// What the server sends to the playground; `Tools/check_pages` uses it in a browser.
@Suite struct PlaygroundTests {
    @Test func thePageIsToldWhatTheModelCanDoAndTheLimits() async throws {
        let playground = PlaygroundRoutes(card: "knows only coloured shapes")
        var configuration = ServerConfiguration()
        configuration.maximumBodyBytes = 5 << 20
        try await ChatServer.running(
            ScriptedPolicy(.init("hello")), configuration: configuration, playground: playground
        ) { server in
            let offers = try await server.get("/playground/offers").json
            #expect(offers["card"] == .string("knows only coloured shapes"))
            #expect(offers["maximum_megabytes"] == .number(5))
            #expect(offers["scenes"] == .boolean(false))
        }
    }

    @Test func aSceneComesWithItsQuestionAndItsRightAnswer() async throws {
        let playground = PlaygroundRoutes { index in
            SampleQuestion(
                png: Data([1]), question: "Farbe\nvon \(index)?", answer: "grün & blau")
        }
        try await ChatServer.running(ScriptedPolicy(.init("hello")), playground: playground) { server in
            let scene = try await server.get("/playground/scenes/7")
            #expect(scene.headers["Question"].first?.removingPercentEncoding == "Farbe\nvon 7?")
            #expect(scene.headers["Answer"].first?.removingPercentEncoding == "grün & blau")
        }
    }

    @Test func everyScriptAndStyleThatThePageLoadsIsServed() async throws {
        try await ChatServer.running(ScriptedPolicy(.init("hello"))) { server in
            var paths = try await server.get("/").body.matches(of: /(?:href|src)="(\/assets\/[^"]+)"/)
                .map { String($0.output.1) }
            var seen: Set<String> = []
            while let path = paths.popLast() {
                guard seen.insert(path).inserted else { continue }
                let file = try await server.get(path)
                #expect(file.status == 200, "\(path)")
                paths += file.body.matches(of: /from '\.\/([^']+)'/).map { "/assets/\($0.output.1)" }
            }
            #expect(seen.count >= 10)
        }
    }
}
