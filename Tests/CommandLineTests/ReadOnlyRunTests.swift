import Foundation
import Runs
import TestFixtures
import Testing

/// A run on a file system to which nothing can be written, as on a mounted archive.
struct ReadOnlyRunTests {
    /// Makes the folder that the environment names read-only, for the tool alone.
    private static let readOnly =
        #"exec unshare --user --map-root-user --mount sh -c "#
        + #"'mount --bind "$RUN" "$RUN" && mount -o remount,ro,bind "$RUN" && exec "$@"' sh "$@""#

    @Test(
        .enabled(
            if: DeepEyesCommand.shellCan(
                "unshare -Urm sh -c 'mount --bind /usr /usr && mount -o remount,ro,bind /usr'"),
            "needs user namespaces"))
    func theViewerReadsIt() throws {
        let folder = try TemporaryFolder()
        let live = try RunFolder.create(at: folder.file("live"), configuration: "steps: 2\n")
        let store = try TrajectoryStore(at: live.databaseFile)
        try store.insert([.sample(step: 1)])
        try store.synchronize()
        // The second one is in the write-ahead log only, as after a kill.
        try store.insert([.sample(step: 2)])
        let run = folder.file("archived")
        try FileManager.default.createDirectory(at: run, withIntermediateDirectories: true)
        for name in ["config.yaml", "run.sqlite", "run.sqlite-wal"] {
            try FileManager.default.copyItem(
                at: live.url.appending(path: name), to: run.appending(path: name))
        }
        let process = DeepEyesCommand.process(
            ["view", run.path, "--port", "0"], by: Self.readOnly.replacing("$RUN", with: run.path))
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        defer { process.terminate() }
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        let port = try #require(line.firstMatch(of: #/http://127.0.0.1:(\d+)//#)).1
        let script = """
            import json, sys, urllib.request as request
            lines = json.load(request.urlopen("http://127.0.0.1:\(port)/api/runs/archived/trajectories"))
            sys.exit(len(lines) != 2)
            """
        #expect(DeepEyesCommand.shellCan("python3 -c '\(script)'"))
        try store.close()
    }
}
