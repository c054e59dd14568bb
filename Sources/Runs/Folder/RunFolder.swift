package import Foundation

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The folder of a run: configuration, metrics, trajectories and checkpoints.
///
///     config.yaml          the resolved configuration; rewritten if the run is extended
///     status.json          whether the run is running, or how it ended (``RunStatus``)
///     metrics.jsonl        deterministic metrics: identical bytes for identical runs
///     performance.jsonl    timings and memory
///     evaluations.jsonl    evaluation results, deterministic too
///     alarms.jsonl         raised alarms (``AlarmRecord``), deterministic too
///     tensorboard/         all metrics as TensorBoard event files
///     run.sqlite           the trajectories (``TrajectoryStore``)
///     checkpoints/step-N/  model directories (``Checkpoint``)
///     judge.json           result of the judge check, if a model or program judges
///     verdicts.sqlite      cached verdicts of a model judge
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
    /// Cached verdicts of a model judge.
    package var verdictsFile: URL { file("verdicts.sqlite") }
    /// The result of the judge check before the run.
    package var judgeCheckFile: URL { file("judge.json") }
    package var reportFile: URL { file("report.html") }
    package var reportValuesFile: URL { file("report.json") }
    var statusFile: URL { file("status.json") }

    static func lockFile(in folder: URL) -> URL {
        folder.appending(path: ".lock", directoryHint: .notDirectory)
    }

    /// Starts a run: creates the folder and writes its configuration.
    ///
    /// A run that ended before its first step is replaced, unless a process is working on it. Throws
    /// ``RunError/Code/alreadyExists`` if the folder contains any other run; nothing is changed then.
    package static func create(at url: URL, configuration: String) throws -> RunFolder {
        let folder = RunFolder(url: url)
        if folder.hasNoStep, (try? RunLock(folder)) != nil { try folder.discard() }
        if let trace = folder.traceOfRun {
            throw RunError(
                .alreadyExists, operation: "start a run in", path: url.path,
                detail: "it already contains \(trace.lastPathComponent)",
                remedy: "continue that run with --resume, or choose another folder")
        }
        try RunError.reporting("create the folder", folder.checkpointsFolder) {
            try FileManager.default.createDirectory(
                at: folder.checkpointsFolder, withIntermediateDirectories: true)
        }
        try AtomicFile.write(configuration, to: folder.configurationFile)
        return folder
    }

    /// Opens an existing run.
    package static func open(at url: URL) throws -> RunFolder {
        let folder = RunFolder(url: url)
        guard FileManager.default.fileExists(atPath: folder.configurationFile.path) else {
            throw RunError(
                .notARun, operation: "open the run", path: url.path, detail: "it has no config.yaml",
                remedy: "give the folder of a training run")
        }
        return folder
    }

    /// The folder of a run, or of an evaluation, which has trajectories only; nil if it is neither.
    package static func found(at url: URL) -> RunFolder? {
        let folder = RunFolder(url: url)
        return [folder.configurationFile, folder.metricsFile, folder.databaseFile].contains {
            FileManager.default.fileExists(atPath: $0.path)
        } ? folder : nil
    }

    /// Removes what ``create(at:configuration:)`` created, for a run that could not start, so that the same command can be
    /// repeated. A folder with a checkpoint and files of other programs are kept.
    package func discard() throws {
        guard checkpoints().isEmpty else { return }
        let databases = [databaseFile, verdictsFile].flatMap { database in
            ["", "-wal", "-shm"].map { file(database.lastPathComponent + $0) }
        }
        let made = [
            configurationFile, statusFile, judgeCheckFile, metricsFile, performanceFile, evaluationsFile,
            alarmsFile, tensorBoardFolder, checkpointsFolder, Self.lockFile(in: url),
        ]
        let files = FileManager.default
        for item in made + databases where files.fileExists(atPath: item.path) {
            try RunError.reporting("remove", item) { try files.removeItem(at: item) }
        }
        // Intentionally fails if the folder contains other files.
        rmdir(url.path)
    }

    /// The resolved configuration the run was started with.
    package func configuration() throws -> String {
        try RunError.reporting("read", configurationFile) {
            try String(contentsOf: configurationFile, encoding: .utf8)
        }
    }

    /// The sinks that a trainer writes to: the JSONL files and TensorBoard, truncated to the steps up to `step`.
    ///
    /// `step` is the step of the checkpoint to resume from; nil for a new run.
    package func metricSinks(keepingThrough step: Int?) throws -> [any MetricSink] {
        [
            try MetricLines(at: metricsFile, of: .values, keepingThrough: step),
            try MetricLines(at: performanceFile, of: .performance, keepingThrough: step),
            try MetricLines(at: evaluationsFile, of: .evaluations, keepingThrough: step),
            try EventFile(in: tensorBoardFolder, keepingThrough: step),
        ]
    }

    /// The steps in `metrics.jsonl` up to `step`; NaN and infinite values are read as NaN.
    package func recordedSteps(through step: Int) throws -> [StepMetrics] {
        try MetricLines.read(metricsFile, of: .values).filter { $0.step <= step }
    }

    /// The steps with recorded evaluations.
    package func evaluatedSteps() throws -> Set<Int> {
        Set(try MetricLines.read(evaluationsFile, of: .evaluations).map(\.step))
    }

    private init(url: URL) {
        self.url = url
    }

    private func file(_ name: String) -> URL {
        url.appending(path: name, directoryHint: .notDirectory)
    }

    /// Whether it is the folder of a run that ended before its first step.
    private var hasNoStep: Bool {
        guard FileManager.default.fileExists(atPath: configurationFile.path), checkpointNames.isEmpty,
            let steps = try? recordedSteps(through: .max)
        else { return false }
        return steps.allSatisfy { $0.step < 1 }
    }

    private var checkpointNames: [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: checkpointsFolder.path)) ?? []
    }

    private var traceOfRun: URL? {
        return [configurationFile, metricsFile, databaseFile].first {
            FileManager.default.fileExists(atPath: $0.path)
        } ?? (checkpointNames.isEmpty ? nil : checkpointsFolder)
    }
}
