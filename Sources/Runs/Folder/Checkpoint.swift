package import Foundation

/// A complete checkpoint: `checkpoints/step-N`, a model directory with the trainer's state in `trainer/`.
package struct Checkpoint: Sendable, Hashable {
    package let step: Int
    package let url: URL
}

extension RunFolder {
    /// The complete checkpoints by ascending step.
    ///
    /// A checkpoint is complete if all files listed in its manifest, which is written last, exist with their sizes. Remains
    /// of a killed process or an interrupted copy are ignored.
    package func checkpoints() -> [Checkpoint] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: checkpointsFolder.path)) ?? []
        return names.compactMap { name -> Checkpoint? in
            guard let step = Self.step(ofCheckpointNamed: name) else { return nil }
            let url = checkpointsFolder.appending(path: name, directoryHint: .isDirectory)
            guard let manifest = CheckpointManifest(of: url), manifest.step == step, manifest.holds(in: url)
            else { return nil }
            return Checkpoint(step: step, url: url)
        }
        .sorted { $0.step < $1.step }
    }

    /// The complete checkpoint with the highest step.
    package func latestCheckpoint() -> Checkpoint? {
        checkpoints().last
    }

    /// Writes a checkpoint to a temporary folder, syncs it and renames it into place.
    ///
    /// `write` fills the folder it is given, which contains an empty `trainer/`. If it throws, the folder is removed.
    /// An existing checkpoint of the same step, left from before a resume at an earlier step, is replaced.
    package func writeCheckpoint(step: Int, _ write: (URL) throws -> Void) throws -> Checkpoint {
        let destination = checkpointsFolder.appending(path: "step-\(step)", directoryHint: .isDirectory)
        let partial = aside("step-\(step).partial")
        do {
            try remove(partial)
            try RunError.reporting("create the folder", partial) {
                try FileManager.default.createDirectory(
                    at: partial.appending(path: "trainer"), withIntermediateDirectories: true)
            }
            try write(partial)
            try AtomicFile.synchronizeTree(partial)
            try CheckpointManifest(step: step, listing: partial).write(in: partial)
            try AtomicFile.synchronizeTree(partial)
        } catch {
            try? remove(partial)
            throw error
        }
        if FileManager.default.fileExists(atPath: destination.path) {
            try removeCheckpoint(at: destination)
        }
        try AtomicFile.rename(partial, to: destination)
        return Checkpoint(step: step, url: destination)
    }

    /// Deletes all complete checkpoints except the newest `count` and those of the given steps.
    package func pruneCheckpoints(keeping count: Int, and steps: Set<Int> = []) throws {
        for checkpoint in checkpoints().dropLast(count) where !steps.contains(checkpoint.step) {
            try removeCheckpoint(at: checkpoint.url)
        }
    }

    /// Renames before deleting, so that an interrupted deletion leaves nothing that looks like a checkpoint.
    private func removeCheckpoint(at url: URL) throws {
        let leaving = aside("\(url.lastPathComponent).removed")
        try remove(leaving)
        try AtomicFile.rename(url, to: leaving)
        try remove(leaving)
    }

    private func aside(_ name: String) -> URL {
        checkpointsFolder.appending(path: ".\(name)", directoryHint: .isDirectory)
    }

    private func remove(_ url: URL) throws {
        guard FileManager.default.fileExists(atPath: url.path) else { return }
        try RunError.reporting("remove", url) { try FileManager.default.removeItem(at: url) }
    }

    private static func step(ofCheckpointNamed name: String) -> Int? {
        guard name.hasPrefix("step-"), let step = Int(name.dropFirst(5)), name == "step-\(step)" else {
            return nil
        }
        return step
    }
}

/// The files of a checkpoint and their sizes, written after all of them: `trainer/manifest.json`.
struct CheckpointManifest: Codable, Equatable {
    struct File: Codable, Equatable {
        let path: String
        let bytes: Int
    }

    let step: Int
    let files: [File]

    /// Lists the regular files below `folder`, sorted by path.
    init(step: Int, listing folder: URL) throws {
        self.step = step
        files = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
            .compactMap { path in
                Self.size(of: folder.appending(path: path)).map { File(path: path, bytes: $0) }
            }
    }

    /// Reads the manifest of a checkpoint; nil if it is missing or invalid.
    init?(of checkpoint: URL) {
        guard let data = try? Data(contentsOf: Self.url(in: checkpoint)),
            let manifest = try? JSONDecoder().decode(CheckpointManifest.self, from: data)
        else { return nil }
        self = manifest
    }

    /// Whether every listed file exists with its size.
    func holds(in folder: URL) -> Bool {
        files.allSatisfy { Self.size(of: folder.appending(path: $0.path)) == $0.bytes }
    }

    func write(in folder: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try AtomicFile.write(try encoder.encode(self), to: Self.url(in: folder))
    }

    private static func url(in folder: URL) -> URL {
        folder.appending(path: "trainer/manifest.json", directoryHint: .notDirectory)
    }

    private static func size(of url: URL) -> Int? {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: url.path),
            attributes[.type] as? FileAttributeType == .typeRegular
        else { return nil }
        return (attributes[.size] as? NSNumber)?.intValue
    }
}
