import Agent
import Foundation
import Tasks

/// The examples that a configuration names.
struct TrainingData {
    let source: any ExampleSource
    /// Those of its parts that are files, without what is held out.
    let files: [ExampleRows]
    /// Questions of the files that are never trained on; empty unless an evaluation holds some out.
    let heldOut: HeldOutQuestions

    /// - Parameter format: of the model; what it cannot take is a bad row of a file.
    ///
    /// - Throws: an error that names the file or the value that cannot be used.
    init(_ configuration: TrainingConfiguration, format: @autoclosure () throws -> any ChatFormat) throws {
        let seed = configuration.seed
        let made = try configuration.madeTask.examples(seed: seed, split: .training)
        guard !configuration.data.parts.isEmpty else {
            source = made
            files = []
            heldOut = HeldOutQuestions([], seed: seed)
            return
        }
        let format = try format()
        let fraction = configuration.evaluations.map(\.holdOut).max() ?? 0
        func rows(_ file: any RowFile, _ rows: [Int]? = nil) -> ExampleRows {
            ExampleRows(file, rows: rows, toleratedBadFraction: configuration.data.toleratedBadFraction) {
                example in
                _ = try example.messages(viewedBy: format)
            }
        }
        var files: [ExampleRows] = []
        var heldOut: [(file: ExampleRows, rows: [Int])] = []
        var numbers: [String: Int] = [:]
        let parts = try configuration.data.parts.flatMap { part in
            if part.file.isEmpty { return [MixedSource.Part(made, weight: part.weight)] }
            let opened = try RowFiles.named(part.file).map { url in
                let file = try RowFiles.open(url)
                guard fraction > 0 else { return rows(file) }
                // A file that several parts name is split once.
                let number = numbers[url.path] ?? numbers.count
                let split = HeldOutSplit(of: file.count, fraction: fraction, seed: seed, file: number)
                if numbers.updateValue(number, forKey: url.path) == nil {
                    heldOut.append((rows(file), split.heldOut))
                }
                return rows(file, split.training)
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
        self.heldOut = HeldOutQuestions(heldOut, seed: seed)
    }
}
