import Foundation
import Imaging
import Models
import Runs
import Synchronization
import TestFixtures
import TestSupport
import Testing
import Torch
import Training

/// Supervised training of the shipped base in a run's folder.
@Suite(.serialized) struct SupervisedRunTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let image = Image(
            size: ImageSize(width: 60, height: 60), filledWith: RGB(red: 200, green: 10, blue: 10))
        try folder.write(image.encodedPNG(), to: "a.png")
        let lines = (0..<12).map { number in
            """
            {"messages": [{"role": "user", "content": [{"type": "image", "image": "a.png"}, \
            {"type": "text", "text": "Number \(number)?"}]}, \
            {"role": "assistant", "content": "<answer>\(number)</answer>"}]}
            """
        }
        try folder.write(lines.joined(separator: "\n"), to: "data.jsonl")
    }

    /// Ten conversations to train on and two held out; three steps an epoch.
    private func configuration(steps: Int = 0) -> SupervisedConfiguration {
        var configuration = SupervisedConfiguration()
        configuration.model = ShippedModel.nanoBase.path
        configuration.data = folder.path("data.jsonl")
        configuration.epochs = 2
        configuration.steps = steps
        configuration.batch = 4
        configuration.optimizer.learningRate = 1e-3
        configuration.optimizer.schedule = .constant
        configuration.checkpoint.every = 2
        configuration.validation.holdOut = 0.2
        configuration.validation.every = 2
        return configuration
    }

    private static func run(
        _ configuration: SupervisedConfiguration, at url: URL, resume: Bool = false,
        onOutput: @escaping @Sendable (String) -> Void = { _ in }
    ) throws -> SupervisedRun.Ending {
        let folder =
            resume
            ? try RunFolder.open(at: url)
            : try RunFolder.create(at: url, configuration: ConfigurationFile.text(of: configuration))
        return try SupervisedRun(
            configuration: configuration, folder: folder, interruption: Interruption {},
            output: ConsoleOutput(isTerminal: false, hasColours: false, write: onOutput)
        ).run()
    }

    private static func lines(_ name: String, of run: URL) throws -> [String] {
        try text(of: run.appending(path: name)).split(separator: "\n").map(String.init)
    }

    @Test func aResumedRunEqualsAnUninterruptedOneByteForByte() async throws {
        let (whole, halted) = (folder.file("whole"), folder.file("halted"))
        let (six, three) = (configuration(), configuration(steps: 3))
        try await onOwnThread {
            _ = try Self.run(six, at: whole)
            // What a kill after step 3 leaves: the checkpoint of step 2, and lines that go on after it.
            _ = try Self.run(three, at: halted)
            try FileManager.default.removeItem(at: halted.appending(path: "checkpoints/step-3"))
            _ = try Self.run(six, at: halted, resume: true)
        }
        for name in [
            "metrics.jsonl", "evaluations.jsonl", "checkpoints/step-6/model.safetensors",
            "checkpoints/step-6/trainer/optimizer.safetensors",
        ] {
            #expect(
                try Data(contentsOf: whole.appending(path: name))
                    == Data(contentsOf: halted.appending(path: name)), "\(name)")
        }
    }

    @Test func curvesAndCheckpointsAreThoseOfARun() async throws {
        let url = folder.file("run")
        let output = Mutex("")
        let configuration = configuration()
        // Ten conversations twice, in batches of four, four and two.
        let ending = try await onOwnThread {
            try Self.run(configuration, at: url) { text in output.withLock { $0 += text } }
        }
        guard case .completed(step: 6) = ending else {
            Issue.record("\(ending)")
            return
        }
        let metrics = try Self.lines("metrics.jsonl", of: url)
        #expect(metrics.count == 6)
        #expect(
            metrics[5].hasPrefix(#"{"step":6,"loss/training":"#) && metrics[5].contains(#""data/epoch":2"#))
        let validation = try Self.lines("evaluations.jsonl", of: url)
        #expect(
            validation.map { $0.prefix { $0 != "," } } == [0, 2, 4, 6].map { "{\"step\":\($0)" })
        let losses = try validation.map { line in
            try #require(
                JSONDecoder().decode([String: Double].self, from: Data(line.utf8))["loss/validation"])
        }
        #expect(losses[3] < losses[0], "\(losses)")
        let checkpoints = try FileManager.default.contentsOfDirectory(
            atPath: url.appending(path: "checkpoints").path)
        #expect(Set(checkpoints) == ["step-4", "step-6"])
        #expect(throws: Never.self) { try PolicyModel(directory: url.appending(path: "checkpoints/step-6")) }
        #expect(FileManager.default.fileExists(atPath: url.appending(path: "tensorboard").path))
        #expect(output.withLock { $0 }.contains("on 2 held-out conversations, step 6"))
    }

    @Test func heldOutConversationsAreNotTrainedOn() throws {
        let data = try SupervisedData(configuration())
        let trained = (0..<data.stepCount).map { data.indices(ofStep: $0) }
        #expect(trained.map(\.count) == [4, 4, 2, 4, 4, 2])
        #expect(data.validation.count == 2)
        #expect(Set(trained.joined()).isDisjoint(with: data.validation))
        #expect(Set(trained.joined()).count == 10)
        // Each epoch has its own order.
        let all = Array(trained.joined())
        #expect(all.prefix(10).sorted() == all.suffix(10).sorted() && all.prefix(10) != all.suffix(10))
    }

    @Test func ofFewConversationsNoneIsHeldOut() throws {
        var configuration = configuration()
        configuration.validation.holdOut = 0.02
        let data = try SupervisedData(configuration)
        #expect(data.validation.isEmpty && data.stepCount == 6)
    }

    /// Found before the first step, and the folder can be used again.
    @Test func badLinesAreCountedBeforeAnyStep() async throws {
        let path = try folder.write(
            try text(of: folder.file("data.jsonl")) + "\n{}\n{\"messages\": 3}\n", to: "bad.jsonl"
        ).path
        var configuration = configuration()
        configuration.data = path
        let url = folder.file("run")
        let message = try await onOwnThread { [configuration] in
            do {
                _ = try Self.run(configuration, at: url)
                return ""
            } catch let error as ConversationError { return error.description }
        }
        #expect(
            message.hasPrefix(
                "\(path): 2 of 14 conversations cannot be used: line 13: messages is missing; "),
            "\(message)")
        #expect(!FileManager.default.fileExists(atPath: url.appending(path: "metrics.jsonl").path))
    }

    @Test func aFileWithoutConversationsIsRefused() throws {
        var configuration = configuration()
        configuration.data = try folder.write("\n", to: "empty.jsonl").path
        #expect(throws: ConversationError.self) { try SupervisedData(configuration) }
    }
}
