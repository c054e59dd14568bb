import Dispatch
import Foundation
import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

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
                // Two signals in quick succession are one event.
                let signalCount = source.data
                let isSecond = requested.withLock { value in
                    defer { value = true }
                    return value || signalCount > 1
                }
                if isSecond { Self.end(128 + number) }
                onRequest()
            }
            source.resume()
        }
    }

    /// Ends the process at once. `exit` would destroy the objects of libtorch that other threads are computing with.
    private static func end(_ status: Int32) -> Never {
        // A thread that waits for a full pipe holds the lock of its stream; the end does not wait for it.
        let flushed = DispatchSemaphore(value: 0)
        DispatchQueue.global().async {
            fflush(nil)
            flushed.signal()
        }
        _ = flushed.wait(timeout: .now() + .milliseconds(200))
        _exit(status)
    }

    package var isRequested: Bool { requested.withLock { $0 } }
}
