package import Foundation

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A run on disk: its configuration, metrics, trajectories and checkpoints under one folder.
///
///     config.yaml          the configuration as resolved, written once
///     metrics.jsonl        what the seed determines: equal byte for byte between equal runs
///     performance.jsonl    what the clock measured
///     evaluations.jsonl    what the evaluations came to, equal byte for byte too
///     alarms.jsonl         the alarms that began (``AlarmRecord``), equal byte for byte too
///     tensorboard/         the same numbers as TensorBoard event files
///     run.sqlite           the trajectories (``TrajectoryStore``)
///     checkpoints/step-N/  model directories (``Checkpoint``)
///     judge.json, verdicts.sqlite   how the judge was tried, and what it said, if a model or program judges
///     report.json, report.html
package struct RunFolder: Sendable, Hashable {
    package let url: URL

    package var configurationFile: URL { file("config.yaml") }
    package var metricsFile: URL { file("metrics.jsonl") }
    package var performanceFile: URL { file("performance.jsonl") }
    package var evaluationsFile: URL { file("evaluations.jsonl") }
    package var alarmsFile: URL { file("alarms.jsonl") }
    package var tensorBoardFolder: URL { url.appending(path: "tensorboard", directoryHint: .isDirectory) }
    package var databaseFile: URL { file("run.sqlite") }
    package var checkpointsFolder: URL { url.appending(path: "checkpoints", directoryHint: .isDirectory) }
    /// Verdicts of a model that judges, so that none is asked for twice.
    package var verdictsFile: URL { file("verdicts.sqlite") }
    /// How the judge did on known answers before the run began.
    package var judgeCheckFile: URL { file("judge.json") }
    package var reportFile: URL { file("report.html") }
    package var reportValuesFile: URL { file("report.json") }
    var lockFile: URL { file(".lock") }

    /// Starts a run: makes the folder and writes its configuration.
    ///
    /// Throws ``RunError/Code/alreadyExists`` when a run is there already; nothing is touched then.
    package static func create(at url: URL, configuration: String) throws -> RunFolder {
        let folder = RunFolder(url: url)
        if let trace = folder.traceOfRun {
            throw RunError(
                .alreadyExists, operation: "start a run in", path: url.path,
                detail: "it already holds \(trace.lastPathComponent)",
                remedy: "continue that run with --resume, or choose another folder")
        }
        try RunError.reporting("make the folder", folder.checkpointsFolder) {
            try FileManager.default.createDirectory(
                at: folder.checkpointsFolder, withIntermediateDirectories: true)
        }
        try AtomicFile.write(configuration, to: folder.configurationFile)
        return folder
    }

    /// Opens a run that exists, to continue, read or report it.
    package static func open(at url: URL) throws -> RunFolder {
        let folder = RunFolder(url: url)
        guard FileManager.default.fileExists(atPath: folder.configurationFile.path) else {
            throw RunError(
                .notARun, operation: "open the run", path: url.path, detail: "it has no config.yaml",
                remedy: "name the folder that a training run wrote")
        }
        return folder
    }

    /// A folder to look into: of a run or, with trajectories alone, of an evaluation; nil if it holds neither.
    package static func found(at url: URL) -> RunFolder? {
        let folder = RunFolder(url: url)
        return [folder.configurationFile, folder.metricsFile, folder.databaseFile].contains {
            FileManager.default.fileExists(atPath: $0.path)
        } ? folder : nil
    }

    /// Takes back what ``create(at:configuration:)`` made, for a run that could not begin: the same command can then
    /// be given again. A folder with a checkpoint is left alone, and so are files of others.
    package func discard() throws {
        guard checkpoints().isEmpty else { return }
        let databases = [databaseFile, verdictsFile].flatMap { database in
            ["", "-wal", "-shm"].map { file(database.lastPathComponent + $0) }
        }
        let made = [
            configurationFile, judgeCheckFile, metricsFile, performanceFile, evaluationsFile, alarmsFile,
            tensorBoardFolder,
            checkpointsFolder, lockFile,
        ]
        let files = FileManager.default
        for item in made + databases where files.fileExists(atPath: item.path) {
            try RunError.reporting("remove", item) { try files.removeItem(at: item) }
        }
        // Fails for a folder that holds something else, which is as it should be.
        rmdir(url.path)
    }

    /// The resolved configuration the run was started with.
    package func configuration() throws -> String {
        try RunError.reporting("read", configurationFile) {
            try String(contentsOf: configurationFile, encoding: .utf8)
        }
    }

    /// The sinks a trainer records to: both line files and TensorBoard, cut back to what a resumed run has
    /// behind it.
    ///
    /// `step` is the checkpoint to continue from, nil to begin at the beginning.
    package func metricSinks(keepingThrough step: Int?) throws -> [any MetricSink] {
        [
            try MetricLines(at: metricsFile, of: .values, keepingThrough: step),
            try MetricLines(at: performanceFile, of: .performance, keepingThrough: step),
            try MetricLines(at: evaluationsFile, of: .evaluations, keepingThrough: step),
            try EventFile(in: tensorBoardFolder, keepingThrough: step),
        ]
    }

    /// The steps in `metrics.jsonl` up to `step`, what was not finite as not a number.
    package func recordedSteps(through step: Int) throws -> [StepMetrics] {
        try MetricLines.read(metricsFile, of: .values).filter { $0.step <= step }
    }

    /// The steps whose evaluations are recorded already.
    package func evaluatedSteps() throws -> Set<Int> {
        Set(try MetricLines.read(evaluationsFile, of: .evaluations).map(\.step))
    }

    private init(url: URL) {
        self.url = url
    }

    private func file(_ name: String) -> URL {
        url.appending(path: name, directoryHint: .notDirectory)
    }

    private var traceOfRun: URL? {
        let checkpoints = (try? FileManager.default.contentsOfDirectory(atPath: checkpointsFolder.path)) ?? []
        return [configurationFile, metricsFile, databaseFile].first {
            FileManager.default.fileExists(atPath: $0.path)
        } ?? (checkpoints.isEmpty ? nil : checkpointsFolder)
    }
}
