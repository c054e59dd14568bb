import Synchronization

/// Turns tokens into text as they arrive; a character split over several tokens waits for the last of them.
package final class TextStream: Sendable {
    private let format: any ChatFormat
    private let pending = Mutex<[Int32]>([])

    package init(format: any ChatFormat) { self.format = format }

    /// The text completed by `token`, perhaps none.
    package func append(_ token: Int32) -> String {
        pending.withLock { tokens in
            tokens.append(token)
            let text = format.text(of: tokens)
            // Bytes that are not yet a character decode to U+FFFD; no character has more than four bytes.
            if text.unicodeScalars.last == "\u{FFFD}", tokens.count < 4 { return "" }
            tokens.removeAll()
            return text
        }
    }
}
