import Agent
import Foundation
import Generation
import Tasks

/// The examples that a configuration names.
struct TrainingData {
    let source: any ExampleSource
    /// Those of its parts that are files.
    let files: [ExampleRows]

    /// - Parameter format: of the model; what it cannot take is a bad row of a file.
    ///
    /// - Throws: an error that names the file or the value that cannot be used.
    init(_ configuration: TrainingConfiguration, format: @autoclosure () throws -> any ChatFormat) throws {
        let seed = configuration.seed
        let scenes = try VisualSearch(configuration.scenes, seed: seed, split: .training)
        guard !configuration.data.parts.isEmpty else {
            source = scenes
            files = []
            return
        }
        let format = try format()
        var files: [ExampleRows] = []
        let parts = try configuration.data.parts.flatMap { part in
            if part.file.isEmpty { return [MixedSource.Part(scenes, weight: part.weight)] }
            let opened = try RowFiles.named(part.file).map { url in
                ExampleRows(
                    try RowFiles.open(url), toleratedShare: configuration.data.toleratedBadShare
                ) { example in _ = try example.messages(viewedBy: format) }
            }
            files += opened
            // Several files of a part are visited in proportion to their rows.
            let rowCount = opened.reduce(0) { $0 + ($1.count ?? 0) }
            return opened.map {
                MixedSource.Part($0, weight: part.weight * Double($0.count ?? 0) / Double(rowCount))
            }
        }
        source = MixedSource(parts, seed: seed)
        self.files = files
    }
}
