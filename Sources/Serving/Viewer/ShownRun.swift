import Foundation
import NIOPosix
import Runs
import Synchronization

/// A run with what is kept open of it between requests. Files are read only, while a training may write to them.
final class ShownRun: Sendable {
    let name: String
    let folder: RunFolder
    let material: any RunMaterial
    private let follower: MetricFollower
    private let store = Mutex<(file: FileIdentity, store: TrajectoryStore)?>(nil)

    /// Tells a file from another one that took its place.
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

    init(name: String, folder: RunFolder, material: any RunMaterial) {
        self.name = name
        self.folder = folder
        self.material = material
        follower = MetricFollower(folder)
    }

    /// The metrics of all steps so far.
    func metrics() async throws -> MetricFollower.Steps {
        try await Self.apart { [follower] in try follower.look() }
    }

    /// Reads trajectories away from the threads that answer requests; nil if the run has none yet.
    func trajectories<Value: Sendable>(
        _ body: @escaping @Sendable (TrajectoryStore) throws -> Value
    ) async throws -> Value? {
        try await Self.apart { [self] in try open().map(body) }
    }

    /// The alarms that began; lines of an alarm that this version does not know are left out.
    func alarms() async throws -> [AlarmRecord] {
        let file = folder.alarmsFile
        return try await Self.apart {
            (FileManager.default.contents(atPath: file.path) ?? Data()).split(separator: UInt8(ascii: "\n"))
                .compactMap { try? JSONDecoder().decode(AlarmRecord.self, from: $0) }
        }
    }

    /// When the run was last written to.
    var lastWritten: Date? {
        let write = folder.databaseFile.deletingLastPathComponent().appending(path: "run.sqlite-wal")
        return [folder.metricsFile, folder.performanceFile, folder.databaseFile, write]
            .compactMap {
                try? FileManager.default.attributesOfItem(atPath: $0.path)[.modificationDate] as? Date
            }
            .max()
    }

    private func open() throws -> TrajectoryStore? {
        guard let identity = FileIdentity(folder.databaseFile) else { return nil }
        return try store.withLock { store in
            if let store, store.file == identity { return store.store }
            let opened = try TrajectoryStore(at: folder.databaseFile, access: .readOnly)
            store = (identity, opened)
            return opened
        }
    }

    /// Runs what takes its time on threads of its own.
    static func apart<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            NIOThreadPool.singleton.submit { _ in continuation.resume(with: Result(catching: body)) }
        }
    }
}
