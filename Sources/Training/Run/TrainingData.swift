import Foundation
import Tasks

/// The examples named by a configuration.
struct TrainingData {
    let source: any ExampleSource
    /// The files of the source, without held-out rows.
    let files: [ExampleRows]
    /// The questions held out of training; empty if no evaluation uses `holdOut`.
    let heldOut: HeldOutQuestions

    /// - Parameters:
    ///   - configuration: the run's configuration.
    ///   - check: checks the rows of files; a row that it refuses is a bad row.
    /// - Throws: an error that names the invalid file or value.
    init(_ configuration: TrainingConfiguration, check: @autoclosure () throws -> PromptCheck) throws {
        let seed = configuration.seed
        let scenes = try configuration.proceduralTask.examples(seed: seed, split: .training)
        guard !configuration.data.parts.isEmpty else {
            source = scenes
            files = []
            heldOut = HeldOutQuestions([], seed: seed)
            return
        }
        let check = try check()
        let fraction = configuration.evaluations.map(\.holdOut).max() ?? 0
        func rows(_ file: any RowFile, _ rows: [Int]? = nil) -> ExampleRows {
            ExampleRows(file, rows: rows, toleratedBadFraction: configuration.data.toleratedBadFraction) {
                try check.promptLength(of: $0)
            }
        }
        var files: [ExampleRows] = []
        var heldOut: [(file: ExampleRows, rows: [Int])] = []
        var fileIndices: [String: Int] = [:]
        let parts = try configuration.data.parts.flatMap { part in
            if part.file.isEmpty { return [MixedSource.Part(scenes, weight: part.weight)] }
            let opened = try RowFiles.named(part.file).map { url in
                let file = try RowFiles.open(url)
                guard fraction > 0 else { return rows(file) }
                // A file named by several parts is split once.
                let index = fileIndices[url.path] ?? fileIndices.count
                let split = HeldOutSplit(of: file.count, fraction: fraction, seed: seed, file: index)
                if fileIndices.updateValue(index, forKey: url.path) == nil {
                    heldOut.append((rows(file), split.heldOut))
                }
                return rows(file, split.training)
            }
            files += opened
            // The files of a part are sampled in proportion to their numbers of rows.
            let rowCount = opened.reduce(0) { $0 + ($1.count ?? 0) }
            return opened.map {
                MixedSource.Part($0, weight: part.weight * Double($0.count ?? 0) / Double(rowCount))
            }
        }
        source = MixedSource(parts, seed: seed)
        self.files = files
        self.heldOut = HeldOutQuestions(heldOut, seed: seed)
    }
}
