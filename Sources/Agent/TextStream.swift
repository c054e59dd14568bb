import Synchronization

/// Decodes tokens to text incrementally; a character that spans several tokens is held back until it is complete.
package final class TextStream: Sendable {
    private let format: any ChatFormat
    private let pending = Mutex<[Int32]>([])

    package init(format: any ChatFormat) { self.format = format }

    /// The text that `token` completes, possibly empty.
    package func append(_ token: Int32) -> String {
        pending.withLock { tokens in
            tokens.append(token)
            let text = format.text(of: tokens)
            // Incomplete characters decode to U+FFFD; no character has more than four bytes.
            if text.unicodeScalars.last == "\u{FFFD}", tokens.count < 4 { return "" }
            tokens.removeAll()
            return text
        }
    }
}
