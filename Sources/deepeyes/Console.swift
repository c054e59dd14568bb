import Foundation

/// The terminal, or the file or pipe that stands in its place.
enum Console {
    /// Writes to standard output as it is, at once.
    ///
    /// - Throws: ``ConsoleError`` where it cannot be written, such as a file on a full disk.
    static func write(_ text: String) throws {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
        } catch {
            throw ConsoleError()
        }
    }

    /// Writes to standard error. That it cannot be written cannot be said anywhere.
    static func report(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}

/// Standard output cannot be written.
struct ConsoleError: Error, CustomStringConvertible {
    let description = "cannot write standard output: check that its disk has free space"
}
