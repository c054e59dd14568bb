import Foundation
import Runs

/// A folder whose work goes on only with the settings that it was begun with.
enum SettledFolder {
    /// Makes the folder, or opens the one that holds the same settings.
    ///
    /// - Throws: ``BenchmarkError`` if it holds others, `RunError` if it cannot be written.
    static func open<Settings: Codable & Equatable>(_ url: URL, holding settings: Settings) throws {
        let file = url.appending(path: "settings.json")
        if let data = FileManager.default.contents(atPath: file.path) {
            guard (try? JSONDecoder().decode(Settings.self, from: data)) == settings else {
                throw BenchmarkError(
                    place: url.path,
                    problem: "holds work with other settings; choose another --output, or give the same "
                        + "options to go on with it")
            }
            return
        }
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        try AtomicFile.write(json: settings, to: file)
    }
}
