internal import Foundation

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A console output with its capabilities.
package struct ConsoleOutput: Sendable {
    /// Whether lines can be rewritten in place.
    package let isTerminal: Bool
    /// Whether colours and bold text are supported and enabled.
    package let hasColours: Bool
    /// Returns the current line width in characters; windows can be resized.
    package let width: @Sendable () -> Int
    package let write: @Sendable (String) -> Void

    package init(
        isTerminal: Bool, hasColours: Bool, width: @escaping @Sendable () -> Int = { 100 },
        write: @escaping @Sendable (String) -> Void
    ) {
        self.isTerminal = isTerminal
        self.hasColours = hasColours
        self.width = width
        self.write = write
    }

    /// Standard output, with the capabilities of the terminal (respecting `NO_COLOR` and `TERM=dumb`), or plain lines if it
    /// is not a terminal.
    package static var standard: ConsoleOutput {
        let environment = ProcessInfo.processInfo.environment
        let isTerminal = isatty(STDOUT_FILENO) == 1 && environment["TERM"] != "dumb"
        return ConsoleOutput(
            isTerminal: isTerminal, hasColours: isTerminal && (environment["NO_COLOR"] ?? "").isEmpty,
            width: {
                var size = winsize()
                return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
                    ? Int(size.ws_col) : 100
            },
            write: { try? FileHandle.standardOutput.write(contentsOf: Data($0.utf8)) })
    }

    /// A text style.
    enum Tone: String {
        case strong = "1"
        case faint = "2"
        case good = "32"
        case alarm = "1;31"
        case accent = "36"
    }

    /// The styled text, or plain text if styles are not supported.
    func styled(_ text: String, _ tone: Tone) -> String {
        hasColours ? "\u{1B}[\(tone.rawValue)m\(text)\u{1B}[0m" : text
    }
}
