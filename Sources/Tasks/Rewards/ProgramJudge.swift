import Agent
import JSON

/// A judge that is an external program: it reads each answer as a line of JSON and writes its verdict as a line of JSON.
///
///     → {"id": 7, "question": "What does the sign say?", "expected": "exit", "answer": "Exit.", "kind": "text"}
///     ← {"id": 7, "correct": true}          or {"id": 7, "score": 0.8}, right from 0.5 on
///
/// Replies may come in any order. If the program exits, times out or writes an invalid reply, it is restarted and pending
/// answers are retried once; after that they are ``Unjudged``. A program that repeatedly fails without a verdict is not
/// restarted again.
package struct ProgramJudge: Judge {
    private let program: LineProgram<Bool>

    /// - Parameters:
    ///   - command: run by `/bin/sh -c`; started with the first answer.
    ///   - name: the name in messages.
    ///   - timeout: timeout for one verdict.
    package init(command: String, name: String = "the judge program", timeout: Duration) {
        program = LineProgram(command: command, name: name, timeout: timeout) { reply throws(Unjudged) in
            if case .boolean(let verdict)? = reply["correct"] { return verdict }
            if let score = reply["score"]?.number { return score >= 0.5 }
            throw Unjudged(reason: "a reply has neither correct nor score: \(reply.text)")
        }
    }

    package func isCorrect(_ answer: String, for example: Example) async throws -> Bool {
        try await program.reply(to: [
            "question": .string(example.question), "expected": .string(example.answer),
            "answer": .string(answer), "kind": .string(example.kind),
        ])
    }
}
