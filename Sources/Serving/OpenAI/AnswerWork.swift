import Agent
import CounterRandom
import NIOCore
import Synchronization

/// The answers to a request while they are written, until they are complete, the time is over or the client has gone.
///
/// Holds the request's place. When it is stopped or nobody holds it any more, the model stops and the place is free.
final class AnswerWork: Sendable {
    /// An event, and which of the answers it belongs to.
    typealias Element = (choice: Int, event: AnswerEvent)

    private let queue: EventQueue
    private let writing: Task<Void, Never>
    private let clock: Task<Void, any Error>
    private let goneToken: Connections.Token?
    private let connections: Connections

    /// - Parameters:
    ///   - isStream: whether events are asked for as they come; else all come at the end.
    ///   - time: the longest that the answers may take.
    init(
        _ answerer: ChatAnswerer, prompt: ChatPrompt, group: Int, count: Int, isStream: Bool, time: Duration,
        place: Admission.Place, channel: any Channel, connections: Connections
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
            place.release()
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

    /// Calls `body` with what has happened since the last time, until the end; then stops.
    ///
    /// - Throws: what an answer or `body` throws, ``APIError`` when the time is over, `CancellationError` when the client
    ///   has gone.
    func events(_ body: ([Element]) async throws -> Void) async throws {
        defer { stop() }
        try await queue.batches(body)
    }
}

/// Takes events from the threads that write answers to the task that tells the client: those that have come while it was
/// busy, or all of them at the end, in one piece.
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

    /// The first result counts.
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
        // The bell of a task that was cancelled ends without a result.
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
