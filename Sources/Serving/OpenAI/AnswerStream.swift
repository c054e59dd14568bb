import Agent
import CounterRandom
import NIOCore
import Synchronization

/// The events of all answers to a request as they come, until they are complete, the time is over or the client has gone.
///
/// Holds the request's place: when nobody listens any more, the model stops and the place is free.
struct AnswerStream: AsyncSequence, Sendable {
    /// An event, and which of the answers it belongs to.
    typealias Element = (choice: Int, event: AnswerEvent)

    private let stream: AsyncThrowingStream<Element, any Error>

    init(
        _ answerer: ChatAnswerer, prompt: ChatPrompt, group: Int, count: Int, time: Duration,
        place: Admission.Place, channel: any Channel, connections: Connections
    ) {
        stream = AsyncThrowingStream { continuation in
            let token = connections.onGone(channel) { continuation.finish(throwing: CancellationError()) }
            let work = Task {
                do {
                    try await withThrowingTaskGroup(of: Void.self) { tasks in
                        for choice in 0..<count {
                            var own = prompt
                            own.random = prompt.random.child(UInt64(choice))
                            let id = TrajectoryID(group: group, sample: choice)
                            let events = answerer.answer(to: own, id: id)
                            tasks.addTask {
                                for try await event in events { continuation.yield((choice, event)) }
                            }
                        }
                        try await tasks.waitForAll()
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
                place.release()
            }
            let clock = Task {
                try await Task.sleep(for: time)
                continuation.finish(throwing: APIError.tookTooLong)
            }
            continuation.onTermination = { _ in
                connections.forget(token)
                clock.cancel()
                work.cancel()
            }
        }
    }

    func makeAsyncIterator() -> AsyncThrowingStream<Element, any Error>.Iterator {
        stream.makeAsyncIterator()
    }
}
