package import Foundation

/// The answers that a selection rests on, beside its output.
///
///     settings.json    what was asked how; a selection goes on only with the same
///     run.sqlite       every answer
///     report.md        what was dropped and why
package struct SelectionFolder: Sendable {
    package let url: URL

    /// What must be the same for a selection to go on.
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

    /// - Throws: ``BenchmarkError`` if the folder holds another selection, `RunError` if it cannot be written.
    package init(_ url: URL, holding identity: Identity) throws {
        self.url = url
        try SettledFolder.open(url, holding: identity)
    }

    package var databaseFile: URL { url.appending(path: "run.sqlite") }
}
