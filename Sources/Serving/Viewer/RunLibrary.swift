package import Agent
package import Foundation
package import Runs
import Synchronization

/// What only the program that made a run knows of it: where its images are, and how its tokens read.
package protocol RunMaterial: Sendable {
    /// The images that a trajectory refers to, in its order.
    func images(of record: TrajectoryRecord) async throws -> [any PixelSource]
    /// The text that each of `tokens` adds.
    func texts(of tokens: [Int32]) async throws -> [String]
}

/// The runs that a viewer shows. Nothing else can be asked for: a name is looked up among those of the runs that are there
/// and never becomes a part of a path.
package final class RunLibrary: Sendable {
    package typealias Material = @Sendable (RunFolder) -> any RunMaterial

    private let roots: [URL]
    private let material: Material
    private let opened = Mutex<[String: ShownRun]>([:])

    /// - Parameters:
    ///   - folders: runs, and folders that hold runs.
    ///   - material: opens what a run was made of.
    /// - Throws: `RunError` for a folder that is not there.
    package init(_ folders: [URL], material: @escaping Material) throws {
        roots = try folders.map { url in
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue
            else {
                throw RunError(
                    .notARun, operation: "view", path: url.path, detail: "there is no such folder",
                    remedy: "name the folder of a run, or one that holds runs")
            }
            return url.resolvingSymlinksInPath()
        }
        self.material = material
    }

    /// The runs that are there now by name.
    package func folders() -> [String: RunFolder] {
        var found: [String: RunFolder] = [:]
        for url in roots {
            if let run = RunFolder.found(at: url) {
                found[Self.free(url.lastPathComponent, in: found)] = run
                continue
            }
            for name in ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted() {
                let inside = url.appending(path: name, directoryHint: .isDirectory)
                // A link could lead out of the folder.
                guard !name.hasPrefix("."), inside.resolvingSymlinksInPath().path == inside.path,
                    let run = RunFolder.found(at: inside)
                else { continue }
                found[Self.free(name, in: found)] = run
            }
        }
        return found
    }

    /// All runs in the order of their names.
    func runs() -> [ShownRun] {
        folders().sorted { $0.key < $1.key }.map { run($0.key, in: $0.value) }
    }

    /// - Throws: ``APIError`` with status 404 for a name that none of the runs has.
    func run(_ name: String) throws(APIError) -> ShownRun {
        guard let folder = folders()[name] else {
            throw APIError(status: 404, .notFound, "there is no run \(name)", code: "run_not_found")
        }
        return run(name, in: folder)
    }

    private func run(_ name: String, in folder: RunFolder) -> ShownRun {
        opened.withLock { opened in
            if let run = opened[name], run.folder == folder { return run }
            let run = ShownRun(name: name, folder: folder, material: material(folder))
            opened[name] = run
            return run
        }
    }

    /// The name, or the first of `name-2`, `name-3` and so on that is not taken.
    private static func free(_ name: String, in found: [String: RunFolder]) -> String {
        guard found[name] != nil else { return name }
        return (2...).lazy.map { "\(name)-\($0)" }.first { found[$0] == nil } ?? name
    }
}
