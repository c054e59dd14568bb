import Agent
import Dispatch
import Foundation
import Synchronization

/// A judge that is any program: it reads a question with the answer given to it as a line of JSON, and writes the verdict
/// as another.
///
///     → {"id": 7, "question": "What does the sign say?", "expected": "exit", "answer": "Exit.", "kind": "text"}
///     ← {"id": 7, "correct": true}          or {"id": 7, "score": 0.8}, right from 0.5 on
///
/// Replies may come in any order. A program that ends, is silent for too long or writes nonsense is started anew, and what it
/// owed is asked once more; after that an answer is ``Unjudged``. A program that never gives a verdict is given up.
package final class ProgramJudge: Judge {
    /// Starts in a row without a verdict after which nothing is asked any more.
    private static let startLimit = 5

    private struct Request {
        let continuation: CheckedContinuation<Bool, any Error>
        /// Which start of the program it was sent to.
        let start: Int
    }

    private struct State {
        var program: Process?
        var input: FileHandle?
        var startCount = 0
        var startsWithoutVerdict = 0
        var lastID = 0
        var pending: [Int: Request] = [:]
        var unread = Data()
    }

    private let command: String
    private let timeout: Duration
    private let state = Mutex(State())
    private let writing = DispatchQueue(label: "judge program")

    /// - Parameters:
    ///   - command: run by `/bin/sh -c`; started when the first answer is to be judged.
    ///   - timeout: for one verdict.
    package init(command: String, timeout: Duration) {
        self.command = command
        self.timeout = timeout
        signal(SIGPIPE, SIG_IGN)
    }

    deinit { end(state.withLock { $0.program }) }

    package func isCorrect(_ answer: String, for example: Example) async throws -> Bool {
        do { return try await verdict(on: answer, for: example) } catch is Unjudged {
            try Task.checkCancellation()
            return try await verdict(on: answer, for: example)
        }
    }

    private func verdict(on answer: String, for example: Example) async throws -> Bool {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        let line = JSONValue.object([
            "id": .number(Double(id)), "question": .string(example.question),
            "expected": .string(example.answer),
            "answer": .string(answer), "kind": .string(example.kind),
        ]).text
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

    private func send(_ line: String, id: Int, _ continuation: CheckedContinuation<Bool, any Error>) {
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
                self.resolve(id, .failure(Unjudged(reason: "the judge program does not read: \(error)")))
            }
        }
    }

    /// The input of the program, which is started if it is not running.
    private func running(_ state: inout State) throws -> FileHandle {
        if let input = state.input, state.program?.isRunning == true { return input }
        guard state.startsWithoutVerdict < Self.startLimit else {
            throw Unjudged(
                reason: "the judge program gave no verdict in \(Self.startLimit) starts: \(command)")
        }
        let (program, input, output) = (Process(), Pipe(), Pipe())
        program.executableURL = URL(filePath: "/bin/sh")
        program.arguments = ["-c", "exec " + command]
        program.standardInput = input
        program.standardOutput = output
        state.startCount += 1
        state.startsWithoutVerdict += 1
        let start = state.startCount
        program.terminationHandler = { [weak self] program in
            self?.fail(start: start, "the judge program ended with status \(program.terminationStatus)")
        }
        output.fileHandleForReading.readabilityHandler = { [weak self] handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil } else { self?.receive(data, start: start) }
        }
        do { try program.run() } catch {
            throw Unjudged(reason: "the judge program cannot be started: \(error)")
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

    /// Lines that are no reply to a question are passed over: programs print other things too.
    private func take(_ line: Data) {
        guard let reply = try? JSONValue(parsing: String(decoding: line, as: UTF8.self)),
            case .number(let number)? = reply["id"], let id = Int(exactly: number)
        else { return }
        if case .boolean(let verdict)? = reply["correct"] {
            resolve(id, .success(verdict))
        } else if case .number(let score)? = reply["score"] {
            resolve(id, .success(score >= 0.5))
        } else {
            resolve(id, .failure(Unjudged(reason: "a reply holds neither correct nor score: \(reply.text)")))
        }
    }

    private func resolve(_ id: Int, _ result: Result<Bool, any Error>) {
        let request = state.withLock { state in
            if case .success = result, state.pending[id] != nil { state.startsWithoutVerdict = 0 }
            return state.pending.removeValue(forKey: id)
        }
        request?.continuation.resume(with: result)
    }

    // MARK: Failures

    /// A program that does not reply in time is ended, and everything it owes fails with it.
    private func giveUp(on id: Int) {
        let (start, program) = state.withLock { ($0.pending[id]?.start, $0.program) }
        guard let start else { return }
        end(program)
        fail(start: start, "the judge program did not reply within \(timeout)")
    }

    /// Ends the program for certain: it inherits the signals that its starter's thread has blocked, and those would wait.
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
