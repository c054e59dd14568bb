package import Agent
package import Foundation
package import Runs
import Synchronization

/// The parts of a run that are not in its folder's files: images of examples, and a tokenizer.
package protocol RunAssets: Sendable {
    /// The images of the trajectory's example, in the order of the record.
    func images(of record: TrajectoryRecord) async throws -> [any PixelSource]
    /// The decoded text of each token.
    func texts(of tokens: [Int32]) async throws -> [String]
}

/// The runs that the viewer shows.
///
/// A requested name is looked up among the names of these runs and is never used in a path, so that other files cannot
/// be requested. A link in a folder of runs is a run if it leads to one: whoever may write there has put it there.
package final class RunLibrary: Sendable {
    package typealias Material = @Sendable (RunFolder) -> any RunAssets

    private let roots: [URL]
    private let material: Material
    private let opened = Mutex<[String: ShownRun]>([:])

    /// - Parameters:
    ///   - folders: run folders, and folders that contain runs.
    ///   - material: opens the images and the tokenizer of a run.
    /// - Throws: `RunError` for a folder that does not exist.
    package init(_ folders: [URL], material: @escaping Material) throws {
        roots = try folders.map { url in
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue
            else {
                throw RunError(
                    .notARun, operation: "view", path: url.path, detail: "the folder does not exist",
                    remedy: "name a run folder, or a folder that contains runs")
            }
            return url.resolvingSymlinksInPath()
        }
        self.material = material
    }

    /// The run folders that exist now, by name.
    package func folders() -> [String: RunFolder] {
        var found: [String: RunFolder] = [:]
        for url in roots {
            if let run = RunFolder.found(at: url) {
                found[Self.free(url.lastPathComponent, in: found)] = run
                continue
            }
            for name in ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted() {
                let inside = url.appending(path: name, directoryHint: .isDirectory)
                guard !name.hasPrefix("."), let run = RunFolder.found(at: inside.resolvingSymlinksInPath())
                else { continue }
                found[Self.free(name, in: found)] = run
            }
        }
        return found
    }

    /// All runs, sorted by name.
    func runs() -> [ShownRun] {
        folders().sorted { $0.key < $1.key }.map { run($0.key, in: $0.value) }
    }

    /// The list of all runs and evaluations.
    ///
    /// - Parameters:
    ///   - columns: the configuration values to list, separated by commas; nil for the first ones that differ.
    ///   - hasPlayground: whether the server also has a playground.
    func list(columns: String?, hasPlayground: Bool) async throws -> RunList {
        let all = runs()
        let trainings = all.filter { !$0.isEvaluation }
        let configurations = trainings.map { $0.settings() }
        let settings = RunSettings.names(in: configurations)
        let chosen = RunSettings.columns(columns, of: settings, in: configurations)
        var lines: [RunLine] = []
        for run in trainings {
            lines.append(RunLine(run, try await run.metrics(), columns: chosen, now: .now))
        }
        var evaluations: [EvaluationLine] = []
        for run in all where run.isEvaluation {
            evaluations.append(try await run.evaluationLine(now: .now))
        }
        return RunList(
            runs: lines, evaluations: evaluations, settings: settings, columns: chosen,
            hasPlayground: hasPlayground)
    }

    /// - Throws: ``APIError`` with status 404 for an unknown name.
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

    /// `name`, or the first of `name-2`, `name-3`, … that is free.
    private static func free(_ name: String, in found: [String: RunFolder]) -> String {
        guard found[name] != nil else { return name }
        return (2...).lazy.map { "\(name)-\($0)" }.first { found[$0] == nil } ?? name
    }
}
