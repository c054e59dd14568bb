import Foundation
import Runs

/// A folder whose work can only be continued with the settings it was started with. Without an answer there is no work yet.
enum SettledFolder {
    /// Creates the folder, or opens it if its settings are the same or it has no answers.
    ///
    /// - Throws: ``BenchmarkError`` if its settings differ, `RunError` if it cannot be written.
    static func open<Settings: Codable & Equatable>(_ url: URL, holding settings: Settings) throws {
        let file = url.appending(path: "settings.json")
        if let data = FileManager.default.contents(atPath: file.path) {
            if (try? JSONDecoder().decode(Settings.self, from: data)) == settings { return }
            guard !hasAnswers(url) else {
                throw BenchmarkError(
                    place: url.path,
                    problem: "contains work with other settings; choose another --output, or give the same "
                        + "options to continue it")
            }
        }
        try AtomicFile.createFolder(url)
        try AtomicFile.write(json: settings, to: file)
    }

    /// Whether the folder has answers, or a file that cannot be read.
    private static func hasAnswers(_ url: URL) -> Bool {
        let file = url.appending(path: "run.sqlite")
        guard FileManager.default.fileExists(atPath: file.path) else { return false }
        return (try? TrajectoryStore(at: file, access: .readOnly).count()) != 0
    }
}
