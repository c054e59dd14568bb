package import CounterRandom
package import Foundation

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file whose rows are questions.
package protocol RowFile: Sendable {
    var path: String { get }
    var count: Int { get }
    /// What a row is called: "line" or "row".
    var unit: String { get }

    /// Which line or row of the file that is, counted from 1.
    func number(of row: Int) -> Int

    /// The question of a row, whose index is counted from 0.
    ///
    /// - Throws: ``ExampleFileError`` if the file is damaged; any other error for a row that cannot be used.
    func example(at row: Int) throws -> Example

    /// All rows in an order that is drawn from `random`, and cheap to read in.
    func order(by random: CounterRandom) -> [Int32]
}

extension RowFile {
    package func order(by random: CounterRandom) -> [Int32] { .shuffled(count, by: random) }
}

extension [Int32] {
    /// The numbers below `count` in an order of which each is equally likely.
    static func shuffled(_ count: Int, by random: CounterRandom) -> [Int32] {
        var random = random
        var order = (0..<Int32(count)).map { $0 }
        random.shuffle(&order)
        return order
    }
}

/// A file of examples that cannot be used.
package struct ExampleFileError: Error, Hashable, CustomStringConvertible {
    package let path: String
    package let problem: String

    package var description: String { "\(path): \(problem)" }
}

/// The files that a path stands for.
package enum RowFiles {
    private static let endings = ["jsonl", "parquet"]

    /// Opens a file by its ending: Parquet (``ParquetExamples``), anything else as JSONL (``JSONLExamples``).
    ///
    /// - Throws: ``ExampleFileError`` if it cannot be read or holds no row.
    package static func open(_ url: URL) throws(ExampleFileError) -> any RowFile {
        url.pathExtension.lowercased() == "parquet" ? try ParquetExamples(url) : try JSONLExamples(url)
    }

    /// A file; the JSONL and Parquet files of a folder; or those that a pattern with `*` names. In the order of their
    /// names.
    ///
    /// - Throws: ``ExampleFileError`` if a folder or a pattern stands for none.
    package static func named(_ path: String) throws(ExampleFileError) -> [URL] {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        guard isFolder.boolValue || !exists && path.contains("*") else { return [URL(filePath: path)] }
        let patterns = exists ? endings.map { "\(path)/*.\($0)" } : [path]
        let paths = patterns.flatMap(matches).sorted()
        guard !paths.isEmpty else {
            throw ExampleFileError(path: path, problem: "stands for no .jsonl or .parquet file")
        }
        return paths.map { URL(filePath: $0) }
    }

    private static func matches(_ pattern: String) -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(pattern, 0, nil, &found) == 0 else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
    }
}
