import Foundation
import Runs

/// A folder whose work can only be continued with the settings it was started with.
enum SettledFolder {
    /// Creates the folder, or opens it if its settings are the same.
    ///
    /// - Throws: ``BenchmarkError`` if its settings differ, `RunError` if it cannot be written.
    static func open<Settings: Codable & Equatable>(_ url: URL, holding settings: Settings) throws {
        let file = url.appending(path: "settings.json")
        if let data = FileManager.default.contents(atPath: file.path) {
            guard (try? JSONDecoder().decode(Settings.self, from: data)) == settings else {
                throw BenchmarkError(
                    place: url.path,
                    problem: "contains work with other settings; choose another --output, or give the same "
                        + "options to continue it")
            }
            return
        }
        try AtomicFile.createFolder(url)
        try AtomicFile.write(json: settings, to: file)
    }
}
