import Foundation
import Runs
import TestFixtures
import Testing

@Suite struct RunStatusTests {
    private let temporary: TemporaryFolder
    private let run: RunFolder

    init() throws {
        temporary = try TemporaryFolder()
        run = try RunFolder.create(at: temporary.url.appending(path: "run"), configuration: "")
    }

    @Test(arguments: [
        RunStatus(.finished, steps: 8), RunStatus(.stopped, steps: 8, reason: "Stopped on request."),
        RunStatus(.failed, steps: 8, reason: "out of memory"),
    ])
    func anEndThatWasRecordedIsTold(status: RunStatus) throws {
        try run.record(status)
        #expect(run.status() == status)
    }

    @Test func theLockTellsThatTheProcessLives() throws {
        let lock = try RunLock(run)
        try run.record(RunStatus(.running, steps: 8))
        #expect(run.status() == RunStatus(.running, steps: 8))
        withExtendedLifetime(lock) {}
    }

    /// A killed process cannot record its end, but the operating system takes its lock away.
    @Test func aKilledProcessHasFailed() throws {
        try run.record(RunStatus(.running, steps: 8))
        let status = run.status()
        #expect(status.state == .failed && status.steps == 8)
        #expect(status.reason?.contains("killed") == true)
    }

    @Test func aResumedRunIsRunningAgain() throws {
        try run.record(RunStatus(.stopped, steps: 8, reason: "Stopped on request."))
        let lock = try RunLock(run)
        #expect(run.status().state == .running)
        withExtendedLifetime(lock) {}
    }

    @Test func aRunWithoutARecordIsToldByItsReport() throws {
        #expect(run.status().state == .stopped)
        try AtomicFile.write("{}", to: run.reportValuesFile)
        #expect(run.status() == RunStatus(.finished))
    }

    /// Asking for the status takes the lock for a moment, which must not keep a trainer out.
    @Test func askingKeepsNobodyOut() async throws {
        let run = run
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for _ in 0..<2000 { _ = run.status() } }
            group.addTask { for _ in 0..<200 { _ = try RunLock(run) } }
            try await group.waitForAll()
        }
    }

    @Test func aRunThatCouldNotStartLeavesNoRecord() throws {
        try run.record(RunStatus(.running, steps: 8))
        try run.discard()
        #expect(!FileManager.default.fileExists(atPath: run.url.path))
    }
}
