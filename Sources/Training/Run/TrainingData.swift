import Foundation
import Tasks

/// The examples that a configuration names.
struct TrainingData {
    let source: any ExampleSource
    /// Those of its parts that are files.
    let files: [ExampleFile]

    /// - Throws: an error that names the file or the value that cannot be used.
    init(_ configuration: TrainingConfiguration) throws {
        let seed = configuration.seed
        let scenes = try VisualSearch(configuration.scenes, seed: seed, split: .training)
        guard !configuration.data.parts.isEmpty else {
            source = scenes
            files = []
            return
        }
        var files: [ExampleFile] = []
        let parts = try configuration.data.parts.map { part in
            if part.file.isEmpty { return MixedSource.Part(scenes, weight: part.weight) }
            let file = try ExampleFile(
                URL(filePath: part.file), toleratedShare: configuration.data.toleratedBadShare)
            files.append(file)
            return MixedSource.Part(file, weight: part.weight)
        }
        source = MixedSource(parts, seed: seed)
        self.files = files
    }
}
