import Agent
import Foundation
import Imaging
import JSON
import Runs
import TestPolicy
import Testing

/// What the pages of the viewer read.
@Suite struct ViewerDataTests {
    @Test(arguments: [
        ("", 13), ("steps=2..2", 6), ("steps=2", 6), ("steps=1..", 12), ("steps=..0", 1),
        ("reward=0.5..", 5), ("calls=1..", 5), ("calls=0", 8), ("correct=yes", 5), ("correct=no", 8),
        ("kind=relation", 6), ("kind=relation&kind=attribute", 13), ("origin=evaluation/base", 1),
        ("finish=lengthLimit", 8), ("example=example-1", 6), ("text=LEFT%20of", 6), ("text=closer", 5),
        ("text=gr%25", 0), ("text=Closer&steps=2&kind=relation", 1), ("text=%27%20OR%201%3D1", 0),
    ])
    func filtersSelect(query: String, count: Int) async throws {
        try await ViewerServer.running({ try ViewerServer.makeRun(in: $0) }) { server in
            let lineCount = try await server.count("trajectories?\(query)")
            #expect(lineCount == count)
            let total = try await server.total(query)
            #expect(total == Double(count))
        }
    }

    @Test(arguments: [
        ("trajectories?steps=two", "steps"), ("trajectories?steps=3..1", "steps"),
        ("trajectories?reward=nan", "reward"), ("trajectories?correct=maybe", "correct"),
        ("trajectories?origin=nowhere", "origin"), ("trajectories?order=best", "order"),
        ("trajectories?limit=100000", "limit"), ("trajectories?offset=-1", "offset"),
        ("metrics?after=last", "after"), ("trajectory", "at"), ("trajectory?at=training/1/0", "at"),
        ("group?at=../../../etc/passwd", "at"), ("image?at=training/1/0/0&region=0,0,1", "region"),
        ("image?at=training/1/0/0&region=0,0,inf,9", "region"),
        ("image?at=training/1/0/0&rotation=45", "rotation"),
        ("image?at=training/1/0/0&region=900,900,999,999", "region"),
        ("image?at=training/1/0/0&side=100000", "side"), ("image?at=training/1/0/0&image=../1", "image"),
    ])
    func valuesThatMakeNoSenseAreNamed(path: String, parameter: String) async throws {
        try await ViewerServer.running({ try ViewerServer.makeRun(in: $0) }) { server in
            let reply = try await server.get("/api/runs/first/\(path)")
            #expect(reply.status == 400)
            #expect(reply.error["param"] == .string(parameter))
        }
    }

    @Test func listsArePagedAndOrdered() async throws {
        try await ViewerServer.running({ try ViewerServer.makeRun(in: $0) }) { server in
            let second = try await server.places("order=oldest&limit=1&offset=2")
            #expect(second == ["training/1/0/1"])
            let newest = try await server.places("limit=2")
            #expect(newest == ["training/2/1/2", "training/2/1/1"])
            let best = try await server.places("order=highestReward&limit=1&origin=training")
            #expect(best == ["training/2/1/0"])
        }
    }

    @Test func aTrajectoryHasTheTextOfItsTokens() async throws {
        try await ViewerServer.running({ try ViewerServer.makeRun(in: $0) }) { server in
            let value = try await server.json("trajectory?at=training/2/1/0")
            let segment = value["segments"]?.array?[1]
            #expect(segment?["pieces"] == .array([.string("Clo"), .string("ser.")]))
            #expect(segment?["log_probabilities"]?.array?.first?.number == -0.5)
            #expect(segment?["log_probabilities"]?.array?.last?.string == "-inf")
            #expect(value["calls"]?.array?.first?["overlap"]?.number == 0.5)
            #expect(value["ground_truth"]?.array?.first?.array?.count == 4)
            let missing = try await server.get("/api/runs/first/trajectory?at=training/9/0/0")
            #expect(missing.status == 404)
            #expect(missing.error["code"] == .string("trajectory_not_found"))
        }
    }

    @Test func tokensOfAnotherTokenizerHaveNoText() async throws {
        func prepare(_ runs: URL) throws {
            try ViewerServer.makeRun(in: runs)
            let store = try TrajectoryStore(at: runs.appending(path: "first/run.sqlite"))
            try store.insert([ViewerServer.record(step: 7, thought: "Nearer.")])
            try store.close()
        }
        try await ViewerServer.running(prepare) { server in
            let segment = try await server.json("trajectory?at=training/7/0/0")["segments"]?.array?[1]
            #expect(segment?["text"]?.string == "Nearer.")
            #expect(segment?["pieces"] == nil)
        }
    }

    @Test func aGroupAndAPromptOverTime() async throws {
        try await ViewerServer.running({ try ViewerServer.makeRun(in: $0) }) { server in
            for (path, count) in [
                ("group?at=training/1/1/2", 3), ("prompt?at=training/1/0/0", 7),
                ("prompt?at=training/1/1/0", 6),
            ] {
                let found = try await server.count(path)
                #expect(found == count, "\(path)")
            }
        }
    }

    @Test func cropsAreTrueToThePixel() async throws {
        try await ViewerServer.running({ try ViewerServer.makeRun(in: $0) }) { server in
            let reply = try await server.bytes("image?at=training/1/0/0&region=10,20,30,40")
            #expect(reply.type == "image/png")
            let crop = try EncodedImage(bytes: reply.bytes, name: "crop").decoded()
            let expected = try numberedImage(64, 48).cropped(to: Rectangle(x1: 10, y1: 20, x2: 30, y2: 40))
            #expect(crop == expected)
        }
    }

    /// What the model saw turned is shown turned.
    @Test func cropsAreTurned() async throws {
        try await ViewerServer.running({ try ViewerServer.makeRun(in: $0) }) { server in
            let reply = try await server.bytes(
                "image?at=training/1/0/0&region=10,20,30,36&rotation=90")
            let crop = try EncodedImage(bytes: reply.bytes, name: "crop").decoded()
            let upright = try numberedImage(64, 48).cropped(to: Rectangle(x1: 10, y1: 20, x2: 30, y2: 36))
            #expect(crop.size == ImageSize(width: 16, height: 20))
            #expect(crop == (try upright.rotated(by: -90)))
        }
    }

    @Test func imagesThatAreGoneSaySo() async throws {
        try await ViewerServer.running({ runs in
            try ViewerServer.makeRun(in: runs)
            let store = try TrajectoryStore(at: runs.appending(path: "first/run.sqlite"))
            try store.insert([ViewerServer.record(step: 8, exampleID: "lost")])
        }) { server in
            for path in ["image", "trajectory.html"] {
                let reply = try await server.get("/api/runs/first/\(path)?at=training/8/0/0")
                #expect(reply.status == 404)
                #expect(reply.error["message"] == .string("the images were moved away"))
            }
            let value = try await server.json("trajectory?at=training/8/0/0")
            #expect(value["question"] == .string("What colour is it?"))
        }
    }

    @Test func metricsAreReadOnFromAStep() async throws {
        try await ViewerServer.running({ try ViewerServer.makeRun(in: $0) }) { server in
            let all = try await server.json("metrics")
            #expect(all["steps"] == .array([.number(1), .number(2), .number(3)]))
            #expect(all["columns"]?["reward/total"]?.array?.last?.number == 0.75)
            #expect(all["columns"]?["time/step_seconds"]?.array == [.number(2), .null, .null])
            #expect(all["columns"]?["policy/loss"] == nil)
            let file = server.folder.appending(path: "first/metrics.jsonl")
            let handle = try FileHandle(forWritingTo: file)
            try handle.seekToEnd()
            try handle.write(
                contentsOf: Data(MetricLines.line(step: 4, [Metric("reward/total", 1)]).utf8.dropLast()))
            #expect(try await server.member("steps", of: "metrics?after=3") == .array([]))
            try handle.write(contentsOf: Data("\n".utf8))
            #expect(try await server.member("steps", of: "metrics?after=3") == .array([.number(4)]))
            #expect(try await server.member("version", of: "metrics") == all["version"])
        }
    }

    @Test func theListHasTheCourseOfTheRewardInFewValues() async throws {
        try await ViewerServer.running({ runs in
            try ViewerServer.makeRun(in: runs)
            try ViewerServer.makeRun("long", in: runs)
            let lines = (1...200).map { MetricLines.line(step: $0, [Metric("reward/total", Double($0))]) }
            try Data(lines.joined().utf8).write(to: runs.appending(path: "long/metrics.jsonl"))
        }) { server in
            let runs = try await server.get("/api/runs").json["runs"]?.array
            #expect(runs?.first?["curve"]?.array?.compactMap(\.number) == [0.25, 0.5, 0.75])
            // Three steps in each mean, two in the last.
            let curve = runs?.last?["curve"]?.array?.compactMap(\.number) ?? []
            #expect(curve.count == 67 && curve.first == 2 && curve.last == 199.5)
        }
    }

    @Test func aResumedRunIsReadAnew() async throws {
        try await ViewerServer.running({ try ViewerServer.makeRun(in: $0) }) { server in
            let before = try await server.json("metrics")["version"]
            let lines = (1...4).map { MetricLines.line(step: $0, [Metric("reward/total", -1)]) }
            try Data(lines.joined().utf8).write(to: server.folder.appending(path: "first/metrics.jsonl"))
            let after = try await server.json("metrics")
            #expect(after["version"] != before)
            #expect(after["columns"]?["reward/total"] == .array(Array(repeating: .number(-1), count: 4)))
        }
    }

    @Test func alarmsAreToldOf() async throws {
        try await ViewerServer.running({ runs in
            try ViewerServer.makeRun(in: runs)
            let line =
                #"{"step":12,"alarm":"toolCollapse","action":"warn","value":0.03,"threshold":0.05,"message":"few"}"#
            try Data("\(line)\nnot an alarm\n".utf8).write(to: runs.appending(path: "first/alarms.jsonl"))
        }) { server in
            let alarms = try await server.json("metrics")["alarms"]?.array
            #expect(alarms?.count == 1)
            #expect(alarms?.first?["message"] == .string("few"))
        }
    }

    @Test func aTrainingThatWritesIsNeitherHeldUpNorMissed() async throws {
        try await ViewerServer.running({ try ViewerServer.makeRun(in: $0) }) { server in
            let store = try TrajectoryStore(at: server.folder.appending(path: "first/run.sqlite"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        for _ in 0..<20 {
                            let status = try await server.status("/api/runs/first/totals?text=closer")
                            #expect(status == 200)
                        }
                    }
                }
                for step in 10..<60 {
                    try store.insert((0..<4).map { ViewerServer.record(step: step, sample: $0) })
                }
                try await group.waitForAll()
            }
            #expect(try await server.total("steps=10..") == 200)
        }
    }

    @Test func factsTellWhatThereIsToChooseFrom() async throws {
        try await ViewerServer.running({ try ViewerServer.makeRun(in: $0) }) { server in
            let facts = try await server.json("facts")
            #expect(facts["kinds"] == .array([.string("attribute"), .string("relation")]))
            #expect(facts["finishes"] == .array([.string("answered"), .string("lengthLimit")]))
            let base = facts["origins"]?.array?.first
            #expect(base?["name"] == .string("evaluation/base"))
            #expect(base?["kinds"]?.array?.first?["accuracy"]?.number == 1)
        }
    }
}
