import Agent
import Dispatch
import Foundation
import JSON
import Synchronization

/// An external program that reads requests as JSON lines and writes one JSON line per request, with the request's `id`.
///
/// Replies may come in any order. If the program exits, times out or writes an invalid reply, it is restarted and its pending
/// requests are retried once; after that they are ``Unjudged``. A program that repeatedly fails without a valid reply is not
/// restarted again.
final class LineProgram<Value: Sendable>: Sendable {
    /// Maximum number of consecutive starts without a valid reply.
    private static var startLimit: Int { 5 }

    private struct Request {
        let continuation: CheckedContinuation<Value, any Error>
        /// The start of the program that the request was sent to.
        let start: Int
    }

    private struct State {
        var program: Process?
        var input: FileHandle?
        var startCount = 0
        var startsWithoutReply = 0
        var lastID = 0
        var pending: [Int: Request] = [:]
        var unread = Data()
    }

    private let command: String
    private let name: String
    private let timeout: Duration
    private let read: @Sendable (JSONValue) throws(Unjudged) -> Value
    private let state = Mutex(State())
    private let writing = DispatchQueue(label: "line program")

    /// - Parameters:
    ///   - command: run by `/bin/sh -c`; started with the first request.
    ///   - name: the name in messages.
    ///   - timeout: timeout for one reply.
    ///   - read: extracts the value from a reply.
    init(
        command: String, name: String, timeout: Duration,
        read: @escaping @Sendable (JSONValue) throws(Unjudged) -> Value
    ) {
        self.command = command
        self.name = name
        self.timeout = timeout
        self.read = read
        signal(SIGPIPE, SIG_IGN)
    }

    deinit { end(state.withLock { $0.program }) }

    /// The program's reply to a request; the `id` is added here.
    ///
    /// - Throws: ``Unjudged`` if there is no valid reply.
    func reply(to question: JSONObject) async throws -> Value {
        do { return try await once(question) } catch is Unjudged {
            try Task.checkCancellation()
            return try await once(question)
        }
    }

    private func once(_ question: JSONObject) async throws -> Value {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        let line = JSONValue.object(JSONObject([("id", .number(id))] + question.members)).text
        let timer = Task { [timeout] in
            try await Task.sleep(for: timeout)
            self.giveUp(on: id)
        }
        defer { timer.cancel() }
        return try await withCheckedThrowingContinuation { continuation in
            send(line + "\n", id: id, continuation)
        }
    }

    // MARK: Asking

    private func send(_ line: String, id: Int, _ continuation: CheckedContinuation<Value, any Error>) {
        writing.async {
            let input: FileHandle
            do {
                input = try self.state.withLock { state in
                    let input = try self.running(&state)
                    state.pending[id] = Request(continuation: continuation, start: state.startCount)
                    return input
                }
            } catch {
                return continuation.resume(throwing: error)
            }
            do { try input.write(contentsOf: Data(line.utf8)) } catch {
                self.resolve(id, .failure(Unjudged(reason: "cannot write to \(self.name): \(error)")))
            }
        }
    }

    /// The program's standard input; starts the program if it is not running.
    private func running(_ state: inout State) throws -> FileHandle {
        if let input = state.input, state.program?.isRunning == true { return input }
        guard state.startsWithoutReply < Self.startLimit else {
            throw Unjudged(
                reason: "\(name) gave no valid reply in \(Self.startLimit) starts: \(command.prefix(200))")
        }
        let (program, input, output) = (Process(), Pipe(), Pipe())
        program.executableURL = URL(filePath: "/bin/sh")
        program.arguments = ["-c", "exec " + command]
        program.standardInput = input
        program.standardOutput = output
        state.startCount += 1
        state.startsWithoutReply += 1
        let start = state.startCount
        program.terminationHandler = { [weak self] program in
            guard let self else { return }
            self.fail(start: start, "\(self.name) ended with status \(program.terminationStatus)")
        }
        output.fileHandleForReading.readabilityHandler = { [weak self] handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil } else { self?.receive(data, start: start) }
        }
        do { try program.run() } catch {
            throw Unjudged(reason: "\(name) cannot be started: \(error)")
        }
        state.unread = Data()
        state.program = program
        state.input = input.fileHandleForWriting
        return input.fileHandleForWriting
    }

    // MARK: Replies

    private func receive(_ data: Data, start: Int) {
        let lines = state.withLock { state in
            guard start == state.startCount else { return [Data]() }
            state.unread += data
            var lines: [Data] = []
            while let end = state.unread.firstIndex(of: UInt8(ascii: "\n")) {
                lines.append(state.unread[state.unread.startIndex..<end])
                state.unread = Data(state.unread[(end + 1)...])
            }
            return lines
        }
        for line in lines { take(line) }
    }

    /// Lines that are not replies are ignored: programs may print other output.
    private func take(_ line: Data) {
        guard let reply = try? JSONValue(parsing: line), let id = reply["id"]?.integer else { return }
        do { resolve(id, .success(try read(reply))) } catch { resolve(id, .failure(error)) }
    }

    private func resolve(_ id: Int, _ result: Result<Value, any Error>) {
        let request = state.withLock { state in
            if case .success = result, state.pending[id] != nil { state.startsWithoutReply = 0 }
            return state.pending.removeValue(forKey: id)
        }
        request?.continuation.resume(with: result)
    }

    // MARK: Failures

    /// Terminates a program that does not reply in time; all pending requests fail.
    private func giveUp(on id: Int) {
        let (start, program) = state.withLock { ($0.pending[id]?.start, $0.program) }
        guard let start else { return }
        end(program)
        fail(start: start, "\(name) did not reply within \(timeout)")
    }

    /// Ends the program with SIGKILL: it inherits the blocked signals of the starting thread, so others might not arrive.
    private func end(_ program: Process?) {
        if let program, program.isRunning { kill(program.processIdentifier, SIGKILL) }
    }

    private func fail(start: Int, _ reason: String) {
        let failed = state.withLock { state in
            if start == state.startCount { (state.program, state.input) = (nil, nil) }
            let failed = state.pending.filter { $0.value.start == start }
            for id in failed.keys { state.pending[id] = nil }
            return failed.values
        }
        for request in failed { request.continuation.resume(throwing: Unjudged(reason: reason)) }
    }
}
