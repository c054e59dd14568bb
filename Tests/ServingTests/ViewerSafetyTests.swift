import Agent
import Foundation
import HTTP
import JSON
import Runs
import Serving
import Testing

/// What the viewer shows to nobody.
@Suite struct ViewerSafetyTests {
    @Test(arguments: [
        "..", "../first", "..%2Ffirst", "%2e%2e", "first%2F..%2Fsecret", "..%5Cfirst", "%2Fetc", "first%00",
        "FIRST", ".", ".hidden", "", "first/../../secret", "secret", "notes.txt", "%",
    ])
    func onlyRunsOfTheFolderHaveNames(name: String) async throws {
        try await ViewerServer.running(Self.prepare) { server in
            for path in ["/runs/\(name)", "/api/runs/\(name)/facts", "/api/runs/\(name)/configuration"] {
                let reply = try await server.get(path)
                // `/runs/` without a name is the list.
                if name.isEmpty, path == "/runs/" { continue }
                #expect(reply.status == 404, "\(path)")
                #expect(reply.error["type"] == .string("not_found_error"), "\(path)")
                #expect(!reply.body.contains("hidden: true"))
            }
        }
    }

    /// A run in the folder, one beside it, and other files.
    private static func prepare(_ runs: URL) throws {
        try ViewerServer.makeRun(in: runs)
        let beside = runs.deletingLastPathComponent()
        _ = try RunFolder.create(at: beside.appending(path: "secret"), configuration: "hidden: true\n")
        _ = try RunFolder.create(at: runs.appending(path: ".hidden"), configuration: "hidden: true\n")
        try Data("hidden: true".utf8).write(to: runs.appending(path: "notes.txt"))
    }

    @Test func runsAreListedByName() async throws {
        try await ViewerServer.running({ runs in
            try Self.prepare(runs)
            try ViewerServer.makeRun("a name & more", in: runs)
        }) { server in
            let names = try await server.get("/api/runs").json["runs"]?.array?.compactMap {
                $0["name"]?.string
            }
            #expect(names == ["a name & more", "first"])
            #expect(try await server.status("/runs/a%20name%20%26%20more") == 200)
            #expect(try await server.status("/api/runs/a%20name%20&%20more/facts") == 200)
        }
    }

    @Test func pagesAreStrict() async throws {
        try await ViewerServer.running({ try ViewerServer.makeRun(in: $0) }) { server in
            for path in [
                "/runs", "/runs/first", "/assets/viewer/viewer.js", "/assets/viewer/viewer.css",
                "/assets/style.css", "/assets/server.css", "/assets/results.css", "/assets/enlarge.css",
                "/assets/icon.svg",
            ] {
                let reply = try await server.get(path)
                #expect(reply.status == 200, "\(path)")
                #expect(reply.headers["Content-Security-Policy"].first?.contains("unsafe") == false)
            }
            for script in [
                "elements", "enlarge", "format", "smoothing", "axis", "chart", "learning_curves",
                "viewer/document",
                "viewer/curves", "viewer/exports", "viewer/trajectories", "viewer/trajectory",
                "viewer/prompt", "viewer/about", "viewer/picture", "viewer/runs", "viewer/runs_table",
                "viewer/state", "viewer/status", "viewer/viewer",
            ] {
                let text = try await server.get("/assets/\(script).js").body
                #expect(!text.isEmpty)
                for way in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("] {
                    #expect(!text.contains(way), "\(script).js writes what may be markup with \(way)")
                }
            }
            let page = try await server.get("/runs/first").body
            #expect(!page.contains("<style") && !page.contains("style=") && !page.contains("onclick"))
        }
    }

    @Test func whatTheModelWroteIsTextInExports() async throws {
        let script = "<script>alert(1)</script>"
        try await ViewerServer.running({ runs in
            try ViewerServer.makeRun(in: runs)
            let store = try TrajectoryStore(at: runs.appending(path: "first/run.sqlite"))
            try store.insert([ViewerServer.record(step: 7, answer: script, thought: script)])
        }) { server in
            let reply = try await server.get("/api/runs/first/trajectory.html?at=training/7/0/0")
            #expect(reply.status == 200)
            #expect(!reply.body.contains(script))
            #expect(reply.body.contains("&lt;script&gt;"))
            #expect(
                reply.headers["Content-Disposition"] == ["attachment; filename=\"first-training-7-0-0.html\""]
            )
        }
    }

    @Test func tablesAreQuoted() async throws {
        try await ViewerServer.running({ runs in
            try ViewerServer.makeRun(in: runs)
            let store = try TrajectoryStore(at: runs.appending(path: "first/run.sqlite"))
            try store.insert([ViewerServer.record(step: 7, answer: "a \"b\", c\nd")])
        }) { server in
            let list = try await server.get("/api/runs/first/trajectories.csv?steps=7").body
            #expect(list.contains(#","a ""b"", c\#nd","#))
            #expect(list.hasPrefix("at,origin,step,prompt,sample,"))
            let whole = try await server.get("/api/runs/first/trajectories.csv").body
            #expect(whole.components(separatedBy: "\r\n").count == 1 + 14 + 1)
            let metrics = try await server.get("/api/runs/first/metrics.csv").body
            #expect(metrics == "step,reward/total,time/step_seconds\r\n1,0.25,2.0\r\n2,0.5,\r\n3,0.75,\r\n")
        }
    }

    @Test func aRunThatHasJustBegunIsNoError() async throws {
        try await ViewerServer.running({ runs in
            _ = try RunFolder.create(at: runs.appending(path: "first"), configuration: "seed: 1\n")
        }) { server in
            for path in ["facts", "metrics", "trajectories", "totals", "metrics.csv", "trajectories.csv"] {
                let status = try await server.status("/api/runs/first/\(path)")
                #expect(status == 200, "\(path)")
            }
        }
    }
}
