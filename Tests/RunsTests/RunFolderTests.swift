import Foundation
import Runs
import TestFixtures
import Testing

@Suite struct RunFolderTests {
    private let temporary: TemporaryFolder
    private var url: URL { temporary.url.appending(path: "run", directoryHint: .isDirectory) }

    init() throws {
        temporary = try TemporaryFolder()
    }

    @Test func createWritesTheConfiguration() throws {
        let run = try RunFolder.create(at: url, configuration: "seed: 1\n")
        #expect(try text(of: run.configurationFile) == "seed: 1\n")
        #expect(try RunFolder.open(at: url).configuration() == "seed: 1\n")
    }

    @Test func createLeavesAnExistingRunAlone() throws {
        let run = try RunFolder.create(at: url, configuration: "seed: 1\n")
        try Data(#"{"step":1,"reward/total":0.5}"#.utf8 + [0x0A]).write(to: run.metricsFile)
        let error = #expect(throws: RunError.self) {
            try RunFolder.create(at: url, configuration: "seed: 2\n")
        }
        #expect(error?.code == .alreadyExists)
        #expect(error?.description.contains("--resume") == true)
        #expect(try run.configuration() == "seed: 1\n")
    }

    /// What a start that failed leaves behind does not block the next one.
    @Test func createReplacesARunWithoutAStep() throws {
        let run = try RunFolder.create(at: url, configuration: "seed: 1\n")
        try Data(#"{"step":0,"scenes/all":0.5}"#.utf8 + [0x0A]).write(to: run.evaluationsFile)
        let again = try RunFolder.create(at: url, configuration: "seed: 2\n")
        #expect(try again.configuration() == "seed: 2\n")
        #expect(!FileManager.default.fileExists(atPath: run.evaluationsFile.path))
    }

    @Test func createLeavesARunThatIsStartingAlone() throws {
        let run = try RunFolder.create(at: url, configuration: "seed: 1\n")
        let lock = try RunLock(run)
        #expect(throws: RunError.self) { try RunFolder.create(at: url, configuration: "seed: 2\n") }
        withExtendedLifetime(lock) {}
        #expect(try run.configuration() == "seed: 1\n")
    }

    @Test func createTakesAnEmptyFolder() throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        #expect(throws: Never.self) { try RunFolder.create(at: url, configuration: "") }
    }

    @Test func aFolderWithMetricsAloneCountsAsARun() throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        try AtomicFile.write("{\"step\":1}\n", to: url.appending(path: "metrics.jsonl"))
        #expect(throws: RunError.self) { try RunFolder.create(at: url, configuration: "") }
    }

    @Test func openNamesTheFolderThatIsNoRun() throws {
        let error = #expect(throws: RunError.self) { try RunFolder.open(at: url) }
        #expect(error?.code == .notARun)
        #expect(error?.path == url.path)
    }

    @Test func theLockKeepsASecondTrainerOut() throws {
        let run = try RunFolder.create(at: url, configuration: "")
        var first: RunLock? = try RunLock(run)
        let error = #expect(throws: RunError.self) { try RunLock(run) }
        #expect(error?.code == .locked)
        withExtendedLifetime(first) {}
        first = nil
        #expect(throws: Never.self) { try RunLock(run) }
    }

    @Test func atomicWriteReplacesAndLeavesNothingBeside() throws {
        let file = temporary.file("value.txt")
        try AtomicFile.write("old and longer", to: file)
        try AtomicFile.write("new", to: file)
        #expect(try text(of: file) == "new")
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.url.path) == ["value.txt"])
    }
}

@Suite struct CheckpointTests {
    private let temporary: TemporaryFolder
    private let run: RunFolder

    init() throws {
        temporary = try TemporaryFolder()
        run = try RunFolder.create(at: temporary.url.appending(path: "run"), configuration: "")
    }

    private func save(_ step: Int, weights: String = "weights") throws {
        _ = try run.writeCheckpoint(step: step) { folder in
            try AtomicFile.write(weights, to: folder.appending(path: "model.safetensors"))
            try AtomicFile.write("moments", to: folder.appending(path: "trainer/optimizer.safetensors"))
        }
    }

    private func folder(_ step: Int) -> URL { run.checkpointsFolder.appending(path: "step-\(step)") }

    @Test func checkpointsAreListedByStep() throws {
        for step in [100, 20, 3] { try save(step) }
        #expect(run.checkpoints().map(\.step) == [3, 20, 100])
        #expect(run.latestCheckpoint()?.url.lastPathComponent == "step-100")
    }

    @Test func aCheckpointHoldsWhatWasWritten() throws {
        try save(1)
        let checkpoint = try #require(run.latestCheckpoint())
        #expect(try text(of: checkpoint.url.appending(path: "model.safetensors")) == "weights")
        #expect(try text(of: checkpoint.url.appending(path: "trainer/optimizer.safetensors")) == "moments")
    }

    @Test func aFailedWriteLeavesNothing() throws {
        try save(1)
        #expect(throws: CocoaError.self) {
            try run.writeCheckpoint(step: 2) { folder in
                try AtomicFile.write("half", to: folder.appending(path: "model.safetensors"))
                throw CocoaError(.fileWriteOutOfSpace)
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: run.checkpointsFolder.path) == ["step-1"])
    }

    @Test func aCheckpointMissingAFileIsNotListed() throws {
        try save(1)
        try save(2)
        try FileManager.default.removeItem(at: folder(2).appending(path: "trainer/optimizer.safetensors"))
        #expect(run.checkpoints().map(\.step) == [1])
    }

    @Test func aCheckpointCutShortIsNotListed() throws {
        try save(1)
        try save(2)
        try AtomicFile.write("wei", to: folder(2).appending(path: "model.safetensors"))
        #expect(run.latestCheckpoint()?.step == 1)
    }

    @Test func aCheckpointWithoutManifestIsNotListed() throws {
        try save(1)
        try FileManager.default.removeItem(at: folder(1).appending(path: "trainer/manifest.json"))
        #expect(run.checkpoints().isEmpty)
    }

    @Test func aFolderLeftByAKilledWriteIsNotListed() throws {
        try save(1)
        try FileManager.default.moveItem(
            at: folder(1), to: run.checkpointsFolder.appending(path: ".step-1.partial"))
        #expect(run.checkpoints().isEmpty)
        try save(1)
        #expect(run.checkpoints().map(\.step) == [1])
    }

    @Test func aCheckpointIsReplacedAfterWindingBack() throws {
        try save(1, weights: "old")
        try save(1, weights: "new")
        #expect(try text(of: folder(1).appending(path: "model.safetensors")) == "new")
        #expect(try FileManager.default.contentsOfDirectory(atPath: run.checkpointsFolder.path) == ["step-1"])
    }

    @Test func pruningKeepsTheNewestAndTheNamed() throws {
        for step in 1...5 { try save(step) }
        try run.pruneCheckpoints(keeping: 2, and: [1])
        #expect(run.checkpoints().map(\.step) == [1, 4, 5])
    }
}
