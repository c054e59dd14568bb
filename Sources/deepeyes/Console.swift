import Foundation

/// Standard output and standard error.
enum Console {
    /// Writes `text` to standard output, unbuffered and without adding a newline.
    ///
    /// - Throws: ``ConsoleError`` if the write fails, for example because a file is on a full disk.
    static func write(_ text: String) throws {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
        } catch {
            throw ConsoleError()
        }
    }

    /// Writes to standard error. A failure is ignored: there is nowhere left to report it.
    static func report(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}

/// A write to standard output failed.
struct ConsoleError: Error, CustomStringConvertible {
    let description = "cannot write to standard output: check that its disk has free space"
}
