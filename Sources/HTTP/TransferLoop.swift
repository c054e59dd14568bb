internal import CLibCurl
internal import Foundation
internal import Synchronization

/// The thread that owns libcurl's handles; other threads leave messages and wake it.
final class TransferLoop: Sendable {
    private enum Message: Sendable {
        case start(Transfer)
        case cancel(Transfer)
    }

    private struct Inbox {
        var messages: [Message] = []
        var isStopped = false
    }

    /// Owned by the thread; other threads only pass it to `curl_multi_wakeup`, which libcurl allows.
    private nonisolated(unsafe) let handle: UnsafeMutableRawPointer
    private let inbox = Mutex(Inbox())

    init(connectionsPerHost: Int) {
        _ = Self.library
        guard let handle = curl_multi_init() else { fatalError("libcurl cannot allocate memory") }
        curl_set_connections(handle, connectionsPerHost)
        self.handle = handle
        Thread.detachNewThread { [self] in run() }
    }

    /// libcurl's global state, set up once.
    private static let library = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    func start(_ transfer: Transfer) { post(.start(transfer)) }

    func cancel(_ transfer: Transfer) { post(.cancel(transfer)) }

    /// Ends the thread; transfers in progress fail.
    func stop() {
        inbox.withLock {
            $0.isStopped = true
            curl_multi_wakeup(handle)
        }
    }

    /// The wakeup is inside the lock: the thread frees the handle after it has seen `isStopped` there.
    private func post(_ message: Message) {
        inbox.withLock {
            $0.messages.append(message)
            curl_multi_wakeup(handle)
        }
    }

    // MARK: Thread

    private func run() {
        var active: [ObjectIdentifier: Transfer] = [:]
        var running: Int32 = 0
        while true {
            let (messages, isStopped) = inbox.withLock { inbox in
                defer { inbox.messages = [] }
                return (inbox.messages, inbox.isStopped)
            }
            for message in messages { handleMessage(message, &active) }
            if isStopped { break }
            curl_multi_perform(handle, &running)
            finish(&active)
            // Returns at a message, at activity, and when a timer of libcurl is due.
            curl_multi_poll(handle, nil, 0, 60_000, nil)
        }
        for transfer in active.values {
            transfer.detach(from: handle)
            transfer.end(.failure(CancellationError()))
        }
        curl_multi_cleanup(handle)
    }

    private func handleMessage(_ message: Message, _ active: inout [ObjectIdentifier: Transfer]) {
        switch message {
        case .start(let transfer):
            // A task that was cancelled before it started has left its message earlier.
            guard !transfer.isCancelled else {
                transfer.end(.failure(CancellationError()))
                return
            }
            if let failure = transfer.attach(to: handle) {
                transfer.end(.failure(failure))
            } else {
                active[ObjectIdentifier(transfer)] = transfer
            }
        case .cancel(let transfer):
            transfer.isCancelled = true
            guard active.removeValue(forKey: ObjectIdentifier(transfer)) != nil else { return }
            transfer.detach(from: handle)
            transfer.end(.failure(CancellationError()))
        }
    }

    /// Ends the transfers that libcurl has finished.
    private func finish(_ active: inout [ObjectIdentifier: Transfer]) {
        var left: Int32 = 0
        while let message = curl_multi_info_read(handle, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else {
                continue
            }
            let code = message.pointee.data.result
            var context: UnsafeMutableRawPointer?
            curl_get_pointer(easy, curl_info_private, &context)
            guard let context else { continue }
            let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            active[ObjectIdentifier(transfer)] = nil
            let result = transfer.result(code)
            transfer.detach(from: handle)
            transfer.end(result)
        }
    }
}
