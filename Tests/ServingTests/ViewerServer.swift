import Agent
import Foundation
import HTTP
import Imaging
import JSON
import Runs
import Serving
import TestFixtures
import TestPolicy

/// A folder of runs behind a viewer on a free port, for as long as a test runs.
struct ViewerServer: Sendable {
    let folder: URL
    let port: Int

    private static let client = HTTPClient()

    /// Images are numbered ones; the tokenizer knows two tokens.
    private struct Material: RunAssets {
        func images(of record: TrajectoryRecord) async throws -> [any PixelSource] {
            guard record.exampleID != "lost" else { throw MaterialError() }
            return record.images.map { numberedImage($0.width, $0.height) }
        }

        func texts(of tokens: [Int32]) -> [String] { tokens.map { [1: "Clo", 2: "ser."][$0] ?? "?" } }
    }

    private struct MaterialError: Error, CustomStringConvertible {
        let description = "the images were moved away"
    }

    /// - Parameters:
    ///   - prepare: fills the folder of runs before the viewer starts.
    ///   - body: the test.
    static func running(
        _ prepare: (URL) throws -> Void, _ body: @escaping @Sendable (ViewerServer) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let runs = folder.url.resolvingSymlinksInPath().appending(path: "runs", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: runs, withIntermediateDirectories: true)
        try prepare(runs)
        var configuration = ServerConfiguration()
        configuration.port = 0
        let library = try RunLibrary([runs]) { _ in Material() }
        let server = try WebServer(configuration, parts: [ViewerRoutes(library, isHome: true)])
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (ports, port) = AsyncStream<Int>.makeStream()
            group.addTask { try await server.run(endsOnSignals: false) { port.yield($0) } }
            for await found in ports {
                try await body(ViewerServer(folder: runs, port: found))
                break
            }
            group.cancelAll()
        }
    }

    /// The answer to a path that is sent as it is, whatever is in it.
    func get(_ path: String) async throws -> ChatServer.Reply {
        try await ChatServer(port: port).get(path)
    }

    func json(_ path: String) async throws -> JSONValue { try await get("/api/runs/first/\(path)").json }

    func status(_ path: String) async throws -> Int { try await get(path).status }

    /// How many values a list has.
    func count(_ path: String) async throws -> Int? { try await json(path).array?.count }

    /// How many trajectories a filter lets through.
    func total(_ query: String) async throws -> Double? { try await json("totals?\(query)")["count"]?.number }

    /// The trajectories of a list.
    func places(_ query: String) async throws -> [String?]? {
        try await json("trajectories?\(query)").array?.map { $0["at"]?.string }
    }

    /// A member of an object.
    func member(_ name: String, of path: String) async throws -> JSONValue? { try await json(path)[name] }

    func bytes(_ path: String) async throws -> (status: Int, type: String, bytes: [UInt8]) {
        let request = HTTPClient.Request(url: "http://127.0.0.1:\(port)/api/runs/first/\(path)")
        let response = try await Self.client.send(request)
        return (response.status, response.headers["Content-Type"].first ?? "", Array(response.body))
    }

    // MARK: Runs

    /// A run of two steps of two prompts with three samples each, and an evaluation.
    static func makeRun(_ name: String = "first", in runs: URL) throws {
        let run = try RunFolder.create(
            at: runs.appending(path: name, directoryHint: .isDirectory), configuration: "seed: 1\n")
        let store = try TrajectoryStore(at: run.databaseFile)
        try store.insert(
            (1...2).flatMap { step in
                (0..<2).flatMap { group in
                    (0..<3).map { record(step: step, group: group, sample: $0) }
                }
            } + [record(origin: .evaluation("base"), step: 0)])
        try store.close()
        let metrics = (1...3).map { step in
            MetricLines.line(
                step: step, [Metric("reward/total", Double(step) / 4), Metric("policy/loss", .nan)])
        }
        try Data(metrics.joined().utf8).write(to: run.metricsFile)
        try Data(MetricLines.line(step: 1, [Metric("time/step_seconds", 2)]).utf8).write(
            to: run.performanceFile)
    }

    /// The first sample of a group looks closer and is right; the second prompt of a step is about a relation.
    static func record(
        origin: TrajectoryOrigin = .training, step: Int, group: Int = 0, sample: Int = 0,
        exampleID: String? = nil, answer: String = "green", thought: String = "Closer."
    ) -> TrajectoryRecord {
        let isCorrect = sample == 0
        let box = Rectangle(10, 20, 30, 40)
        let whole = ViewRecord(image: 0, region: Rectangle(0, 0, 64, 48), width: 64, height: 48)
        let crop = ViewRecord(image: 0, region: box, width: 28, height: 28)
        let looking = [
            SegmentRecord(
                kind: .completion, text: thought, tokens: [1, 2], logProbabilities: [-0.5, -.infinity]),
            SegmentRecord(kind: .observation, text: "<tool_response>", tokens: [9], views: [crop]),
        ]
        let call = CallRecord(
            segment: 1, name: "image_zoom_in_tool", arguments: "{}", image: 0, box: box, viewBox: box)
        return TrajectoryRecord(
            origin: origin, step: step, group: group, sample: sample,
            exampleID: exampleID ?? "example-\(group)", kind: group == 0 ? "attribute" : "relation",
            question: group == 0 ? "What colour is it?" : "Is it left of the star?",
            expected: "green", answer: isCorrect ? answer : nil,
            images: [ImageReference(.file(path: "/nowhere.png"), width: 64, height: 48)],
            groundTruthBoxes: [Rectangle(10, 20, 30, 30)],
            segments: [SegmentRecord(kind: .prompt, text: "prompt", tokens: [7], views: [whole])]
                + (isCorrect ? looking : [])
                + [SegmentRecord(kind: .completion, text: "<answer>", tokens: [3], logProbabilities: [-1])],
            calls: isCorrect ? [call] : [], rewards: [RewardRecord("accuracy", isCorrect ? 0.8 : 0)],
            reward: isCorrect ? 0.8 : 0, advantage: isCorrect ? 1 : -0.5, isCorrect: isCorrect,
            hasFormatError: false, finish: isCorrect ? "answered" : "lengthLimit")
    }
}
