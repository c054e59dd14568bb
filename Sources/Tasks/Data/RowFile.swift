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
    /// What a row is called in messages: "line" or "row".
    var unit: String { get }

    /// The 1-based line or row in the file.
    func number(of row: Int) -> Int

    /// The question in the row with a 0-based index.
    ///
    /// - Throws: ``ExampleFileError`` if the file is damaged; any other error for a bad row.
    func example(at row: Int) throws -> Example

    /// All rows in a random order that is efficient to read.
    func order(by random: CounterRandom) -> [Int32]

    /// The keys without effect in the rows read so far.
    var unreadKeys: [UnreadKey] { get }
}

extension RowFile {
    package var unreadKeys: [UnreadKey] { [] }

    package func order(by random: CounterRandom) -> [Int32] { .shuffled(count, by: random) }
}

extension [Int32] {
    /// A uniformly random permutation of `0..<count`.
    static func shuffled(_ count: Int, by random: CounterRandom) -> [Int32] {
        var random = random
        var order = (0..<Int32(count)).map { $0 }
        random.shuffle(&order)
        return order
    }
}

/// A file of examples is invalid or cannot be written.
package struct ExampleFileError: Error, Hashable, CustomStringConvertible {
    package let path: String
    package let problem: String

    package var description: String { "\(path): \(problem)" }
}

/// Resolves paths, folders and patterns to files of questions.
package enum RowFiles {
    private static let endings = ["jsonl", "parquet"]

    /// Opens a file as Parquet (``ParquetExamples``) if its extension is `parquet`, else as JSONL (``JSONLExamples``).
    ///
    /// - Throws: ``ExampleFileError`` if it cannot be read or has no rows.
    package static func open(_ url: URL) throws(ExampleFileError) -> any RowFile {
        url.pathExtension.lowercased() == "parquet" ? try ParquetExamples(url) : try JSONLExamples(url)
    }

    /// The given file, the JSONL and Parquet files of a folder, or the files that match a pattern with `*`; sorted by name.
    ///
    /// - Throws: ``ExampleFileError`` if a folder or a pattern yields no file.
    package static func named(_ path: String) throws(ExampleFileError) -> [URL] {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        guard isFolder.boolValue || !exists && path.contains("*") else { return [URL(filePath: path)] }
        let patterns = exists ? endings.map { "\(path)/*.\($0)" } : [path]
        let paths = patterns.flatMap(matches).sorted()
        guard !paths.isEmpty else {
            throw ExampleFileError(path: path, problem: "matches no .jsonl or .parquet file")
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
