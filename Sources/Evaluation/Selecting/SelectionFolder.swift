package import Foundation

/// The folder of a selection's answers, next to its output.
///
///     settings.json    data, model and settings; must be the same to continue
///     run.sqlite       all answers
///     report.md        the dropped examples with reasons
package struct SelectionFolder: Sendable {
    package let url: URL

    /// The values that must be unchanged to continue a selection.
    package struct Identity: Hashable, Codable {
        let data: String
        let model: String
        let settings: SelectionSettings

        package init(data: String, model: String, settings: SelectionSettings) {
            self.data = data
            self.model = model
            self.settings = settings
        }
    }

    /// - Throws: ``BenchmarkError`` if the folder has another selection, `RunError` if it cannot be written.
    package init(_ url: URL, holding identity: Identity) throws {
        self.url = url
        try SettledFolder.open(url, holding: identity)
    }

    package var databaseFile: URL { url.appending(path: "run.sqlite") }
}
