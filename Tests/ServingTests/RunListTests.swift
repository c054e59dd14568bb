import Foundation
import JSON
import Runs
import Testing

/// What the list of runs tells of each.
@Suite struct RunListTests {
    private static func list(_ server: ViewerServer, _ query: String = "") async throws -> JSONValue {
        try await server.get("/api/runs\(query)").json
    }

    /// Makes a run with a configuration and a status.
    private static func make(
        _ name: String, _ configuration: String, _ status: RunStatus? = nil, in runs: URL
    ) throws -> RunFolder {
        let run = try RunFolder.create(at: runs.appending(path: name), configuration: configuration)
        try Data(MetricLines.line(step: 2, [Metric("reward/total", 1)]).utf8).write(to: run.metricsFile)
        try Data(MetricLines.line(step: 2, [Metric("time/step_seconds", 3)]).utf8).write(
            to: run.performanceFile)
        if let status { try run.record(status) }
        return run
    }

    @Test func aRunHasAStatusWithItsReason() async throws {
        try await ViewerServer.running({ runs in
            _ = try Self.make("a", "steps: 9\n", RunStatus(.finished, steps: 2), in: runs)
            _ = try Self.make("b", "steps: 9\n", RunStatus(.running, steps: 9), in: runs)
            _ = try Self.make(
                "c", "steps: 9\n", RunStatus(.stopped, steps: 9, reason: "by an alarm"), in: runs)
        }) { server in
            let runs = try await Self.list(server)["runs"]?.array ?? []
            #expect(runs.map { $0["status"]?["state"]?.string } == ["finished", "failed", "stopped"])
            #expect(runs.last?["status"]?["reason"]?.string == "by an alarm")
            #expect(runs.map { $0["status"]?["remaining_seconds"] } == [nil, nil, nil])
            let status = try await server.get("/api/runs/b/metrics").json["status"]
            #expect(status?["state"]?.string == "failed")
            #expect(status?["reason"]?.string?.contains("killed") == true)
        }
    }

    @Test func aRunningRunHasItsProgressAndAnEstimate() async throws {
        try await ViewerServer.running({ runs in
            _ = try Self.make("first", "steps: 12\n", RunStatus(.running, steps: 12), in: runs)
        }) { server in
            let run = try RunFolder.open(at: server.folder.appending(path: "first"))
            let lock = try RunLock(run)
            let status = try await Self.list(server)["runs"]?.array?.first?["status"]
            #expect(status?["state"]?.string == "running")
            #expect(status?["step"]?.number == 2 && status?["steps"]?.number == 12)
            #expect(status?["remaining_seconds"]?.number == 30)
            withExtendedLifetime(lock) {}
        }
    }

    @Test func valuesThatDifferComeFirst() async throws {
        try await ViewerServer.running({ runs in
            _ = try Self.make("a", "z: 1\nalpha: 2\ninner: {x: 1e-4, list: [1, 2]}\n", in: runs)
            _ = try Self.make("b", "z: 1\nalpha: 2\ninner: {x: 3e-4, list: [1]}\n", in: runs)
        }) { server in
            let list = try await Self.list(server)
            let names = list["settings"]?.array?.map { $0["name"]?.string }
            #expect(names == ["inner.list", "inner.x", "alpha", "z"])
            // Lists are too long for a column.
            #expect(list["columns"] == .array([.string("inner.x")]))
            #expect(
                list["runs"]?.array?.map { $0["settings"] } == [
                    .array([.string("1e-4")]), .array([.string("3e-4")]),
                ])
            let chosen = try await Self.list(server, "?columns=inner.list,nothing,z")
            #expect(chosen["columns"] == .array([.string("inner.list"), .string("z")]))
            #expect(chosen["runs"]?.array?.first?["settings"] == .array([.string("[1, 2]"), .string("1")]))
            #expect(try await Self.list(server, "?columns=none")["columns"] == .array([]))
        }
    }

    @Test func aConfigurationThatIsNotYAMLIsNoError() async throws {
        try await ViewerServer.running({ runs in
            _ = try Self.make("a", "x: [1\n\t}", in: runs)
        }) { server in
            let list = try await Self.list(server)
            #expect(list["runs"]?.array?.count == 1 && list["settings"] == .array([]))
        }
    }

    @Test func evaluationsHaveTheirOwnFigures() async throws {
        try await ViewerServer.running({ runs in
            try ViewerServer.makeRun("done", in: runs)
            try ViewerServer.makeRun("started", in: runs)
            for name in ["done", "started"] {
                let folder = runs.appending(path: name)
                for file in ["config.yaml", "metrics.jsonl", "performance.jsonl"] {
                    try FileManager.default.removeItem(at: folder.appending(path: file))
                }
                try Data("{}".utf8).write(to: folder.appending(path: "settings.json"))
            }
            let result = #"""
                {"title": "V*", "model": "nano", "unanswered": 1, "outcomes": {}, "toolGain": {"accuracy": 0.25},
                 "conditions": {"tools": {"headline": 0.75}, "no_tools": {"headline": 0.5}}}
                """#
            try Data(result.utf8).write(to: runs.appending(path: "done/result.json"))
        }) { server in
            let list = try await Self.list(server)
            #expect(list["runs"] == .array([]))
            let done = list["evaluations"]?.array?.first
            #expect(done?["status"]?["state"]?.string == "finished")
            #expect(done?["result"]?["title"]?.string == "V*")
            #expect(done?["result"]?["conditions"]?["no_tools"]?["headline"]?.number == 0.5)
            #expect(done?["result"]?["tool_gain"]?["accuracy"]?.number == 0.25)
            #expect(done?["answers"]?.number == 13)
            let started = list["evaluations"]?.array?.last
            #expect(started?["status"]?["state"]?.string == "stopped" && started?["result"] == nil)
        }
    }

    /// Whoever may write to the folder of runs decides what is in it.
    @Test func aLinkToARunIsARun() async throws {
        try await ViewerServer.running({ runs in
            let elsewhere = runs.deletingLastPathComponent().appending(
                path: "disk", directoryHint: .isDirectory)
            try FileManager.default.createDirectory(at: elsewhere, withIntermediateDirectories: true)
            try ViewerServer.makeRun("first", in: elsewhere)
            let files = FileManager.default
            try files.createSymbolicLink(
                at: runs.appending(path: "first"), withDestinationURL: elsewhere.appending(path: "first"))
            try files.createSymbolicLink(
                at: runs.appending(path: "gone"), withDestinationURL: elsewhere.appending(path: "gone"))
            try files.createSymbolicLink(at: runs.appending(path: "disk"), withDestinationURL: elsewhere)
        }) { server in
            let names = try await Self.list(server)["runs"]?.array?.map { $0["name"]?.string }
            #expect(names == ["first"])
            #expect(try await server.count("trajectories?steps=1..") == 12)
        }
    }
}
