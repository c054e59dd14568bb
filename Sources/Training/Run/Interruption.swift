import Dispatch
import Foundation
import Generation
import Synchronization

/// Whether the person at the keyboard asked the process to stop (Ctrl-C, or `SIGTERM`).
///
/// The first request is kept for the loop to see, so that it can save; the second one ends the process.
package final class Interruption: Sendable {
    private let requested = Mutex(false)

    /// Watches signals until the process ends.
    ///
    /// - Parameter onRequest: called at the first request, on another thread.
    package init(onRequest: @escaping @Sendable () -> Void) {
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            // The handler holds the source, which lives as long as the process.
            source.setEventHandler { [self] in
                _ = source
                let isSecond = requested.withLock { value in
                    defer { value = true }
                    return value
                }
                if isSecond { exit(128 + number) }
                onRequest()
            }
            source.resume()
        }
    }

    package var isRequested: Bool { requested.withLock { $0 } }
}
