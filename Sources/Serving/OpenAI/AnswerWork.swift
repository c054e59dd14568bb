import Agent
import CounterRandom
import NIOCore
import Synchronization

/// The generation of a request's answers, until they are complete, time out, or the client disconnects.
///
/// Holds the request's admission slot. Stopping or releasing this object stops generation and frees the slot.
final class AnswerWork: Sendable {
    /// An event with the index of its answer.
    typealias Element = (choice: Int, event: AnswerEvent)

    private let queue: EventQueue
    private let writing: Task<Void, Never>
    private let clock: Task<Void, any Error>
    private let goneToken: Connections.Token?
    private let connections: Connections

    /// - Parameters:
    ///   - isStream: whether events are delivered as they occur; otherwise all are delivered at the end.
    ///   - time: timeout for all answers.
    init(
        _ answerer: ChatAnswerer, prompt: ChatPrompt, group: Int, count: Int, isStream: Bool, time: Duration,
        slot: Admission.Slot, channel: any Channel, connections: Connections
    ) {
        let queue = EventQueue(ringsForEach: isStream)
        self.queue = queue
        self.connections = connections
        goneToken = connections.onGone(channel) { queue.finish(.failure(CancellationError())) }
        writing = Task {
            do {
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    for choice in 0..<count {
                        var own = prompt
                        own.random = prompt.random.child(UInt64(choice))
                        tasks.addTask { [own] in
                            let id = TrajectoryID(group: group, sample: choice)
                            try await answerer.answer(to: own, id: id) { queue.add((choice, $0)) }
                        }
                    }
                    try await tasks.waitForAll()
                }
                queue.finish(.success(()))
            } catch {
                queue.finish(.failure(error))
            }
            slot.release()
        }
        clock = Task {
            try await Task.sleep(for: time)
            queue.finish(.failure(APIError.tookTooLong))
        }
    }

    deinit { stop() }

    func stop() {
        connections.forget(goneToken)
        clock.cancel()
        writing.cancel()
    }

    /// Calls `body` with batches of new events until the end; then stops.
    ///
    /// - Throws: errors of generation or of `body`, ``APIError`` on timeout, `CancellationError` if the client
    ///   disconnects.
    func events(_ body: ([Element]) async throws -> Void) async throws {
        defer { stop() }
        try await queue.batches(body)
    }
}

/// Passes events from the generating threads to the task that writes the response, in batches: events that arrived while
/// the task was busy, or all events at the end.
private final class EventQueue: Sendable {
    private struct State {
        var pending: [AnswerWork.Element] = []
        var result: Result<Void, any Error>?
    }

    private let state = Mutex(State())
    private let bell: AsyncStream<Void>
    private let ring: AsyncStream<Void>.Continuation
    private let ringsForEach: Bool

    init(ringsForEach: Bool) {
        self.ringsForEach = ringsForEach
        (bell, ring) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func add(_ element: AnswerWork.Element) {
        let isOpen = state.withLock { state in
            guard state.result == nil else { return false }
            state.pending.append(element)
            return true
        }
        if isOpen && ringsForEach { ring.yield() }
    }

    /// Ends the queue; only the first result is kept.
    func finish(_ result: Result<Void, any Error>) {
        state.withLock { $0.result = $0.result ?? result }
        ring.finish()
    }

    func batches(_ body: ([AnswerWork.Element]) async throws -> Void) async throws {
        for await _ in bell {
            let elements = take().elements
            if !elements.isEmpty { try await body(elements) }
        }
        let (elements, result) = take()
        if !elements.isEmpty { try await body(elements) }
        // If the task was cancelled, the stream ends without a result.
        guard let result else { throw CancellationError() }
        try result.get()
    }

    private func take() -> (elements: [AnswerWork.Element], result: Result<Void, any Error>?) {
        state.withLock { state in
            defer { state.pending = [] }
            return (state.pending, state.result)
        }
    }
}
