import Dispatch
import Foundation
import Generation
import Synchronization

/// A request to stop the process: Ctrl-C or `SIGTERM`.
///
/// The first request sets ``isRequested``, so that the loop can save its state. The second one ends the process.
package final class Interruption: Sendable {
    private let requested = Mutex(false)

    /// Handles signals until the process ends.
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
