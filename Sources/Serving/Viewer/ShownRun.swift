import Foundation
import NIOPosix
import Runs
import Synchronization

/// A run in the viewer, with the files that stay open between requests. Files are opened for reading only, since training
/// may be writing to them.
final class ShownRun: Sendable {
    let name: String
    let folder: RunFolder
    let material: any RunAssets
    private let follower: MetricFollower
    private let known = Mutex<(written: Date, settings: [String: String])?>(nil)
    private let store = Mutex<(file: FileIdentity, written: Date?, store: TrajectoryStore)?>(nil)

    /// Identifies a file, to notice when another file has replaced it.
    private struct FileIdentity: Hashable {
        let number: Int
        let device: Int

        init?(_ url: URL) {
            guard let attributes = try? FileManager.default.attributesOfItem(atPath: url.path),
                let number = attributes[.systemFileNumber] as? Int,
                let device = attributes[.systemNumber] as? Int
            else { return nil }
            (self.number, self.device) = (number, device)
        }
    }

    init(name: String, folder: RunFolder, material: any RunAssets) {
        self.name = name
        self.folder = folder
        self.material = material
        follower = MetricFollower(folder)
    }

    /// The metrics of all steps so far.
    func metrics() async throws -> MetricFollower.Steps {
        try await Self.offloaded { [follower] in try follower.look() }
    }

    /// Reads trajectories off the event-loop threads; nil if the run has none yet.
    func trajectories<Value: Sendable>(
        _ body: @escaping @Sendable (TrajectoryStore) throws -> Value
    ) async throws -> Value? {
        try await Self.offloaded { [self] in try open().map(body) }
    }

    /// The alarms raised so far. Lines that this version cannot decode are skipped.
    func alarms() async throws -> [AlarmRecord] {
        let file = folder.alarmsFile
        return try await Self.offloaded {
            (FileManager.default.contents(atPath: file.path) ?? Data()).split(separator: UInt8(ascii: "\n"))
                .compactMap { try? JSONDecoder().decode(AlarmRecord.self, from: $0) }
        }
    }

    /// Whether the folder has trajectories of an evaluation only.
    var isEvaluation: Bool {
        !FileManager.default.fileExists(atPath: folder.configurationFile.path)
            && FileManager.default.fileExists(
                atPath: folder.url.appending(path: "settings.json", directoryHint: .notDirectory).path)
    }

    /// The values of the run's configuration by their dotted names; read again if the file has changed.
    func settings() -> [String: String] {
        guard let written = Self.written(folder.configurationFile) else { return [:] }
        return known.withLock { known in
            if let known, known.written == written { return known.settings }
            let settings = RunSettings.values(in: (try? folder.configuration()) ?? "")
            known = (written, settings)
            return settings
        }
    }

    /// An evaluation in the list of runs.
    func evaluationLine(now: Date) async throws -> EvaluationLine {
        let file = folder.url.appending(path: "result.json", directoryHint: .notDirectory)
        return EvaluationLine(
            name: name, status: StatusValue(self, MetricFollower.Steps()),
            secondsSinceWritten: lastWritten.map { now.timeIntervalSince($0) },
            answers: try await trajectories { try $0.count(TrajectoryFilter()) } ?? 0,
            result: FileManager.default.contents(atPath: file.path)
                .flatMap { try? JSONDecoder().decode(EvaluationSummary.self, from: $0) })
    }

    /// When the run was last written to.
    var lastWritten: Date? {
        let write = folder.databaseFile.deletingLastPathComponent().appending(path: "run.sqlite-wal")
        return [folder.metricsFile, folder.performanceFile, folder.databaseFile, write]
            .compactMap(Self.written).max()
    }

    private static func written(_ file: URL) -> Date? {
        try? FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate] as? Date
    }

    private func open() throws -> TrajectoryStore? {
        guard let identity = FileIdentity(folder.databaseFile) else { return nil }
        return try store.withLock { store in
            let written = lastWritten
            if let store, store.file == identity, !store.store.isSnapshot || store.written == written {
                return store.store
            }
            let opened = try TrajectoryStore(at: folder.databaseFile, access: .readOnly)
            store = (identity, written, opened)
            return opened
        }
    }

    /// Runs blocking work on a thread pool, off the event-loop threads.
    static func offloaded<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            NIOThreadPool.singleton.submit { _ in continuation.resume(with: Result(catching: body)) }
        }
    }
}
