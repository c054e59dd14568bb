import Agent
import JSON

/// A judge that is any program: it reads a question with the answer given to it as a line of JSON, and writes the verdict
/// as another.
///
///     → {"id": 7, "question": "What does the sign say?", "expected": "exit", "answer": "Exit.", "kind": "text"}
///     ← {"id": 7, "correct": true}          or {"id": 7, "score": 0.8}, right from 0.5 on
///
/// Replies may come in any order. A program that ends, is silent for too long or writes nonsense is started anew, and what it
/// owed is asked once more; after that an answer is ``Unjudged``. A program that never gives a verdict is given up.
package struct ProgramJudge: Judge {
    private let program: LineProgram<Bool>

    /// - Parameters:
    ///   - command: run by `/bin/sh -c`; started when the first answer is to be judged.
    ///   - name: what messages call it.
    ///   - timeout: for one verdict.
    package init(command: String, name: String = "the judge program", timeout: Duration) {
        program = LineProgram(command: command, name: name, timeout: timeout) { reply throws(Unjudged) in
            if case .boolean(let verdict)? = reply["correct"] { return verdict }
            if let score = reply["score"]?.number { return score >= 0.5 }
            throw Unjudged(reason: "a reply holds neither correct nor score: \(reply.text)")
        }
    }

    package func isCorrect(_ answer: String, for example: Example) async throws -> Bool {
        try await program.reply(to: [
            "question": .string(example.question), "expected": .string(example.answer),
            "answer": .string(answer), "kind": .string(example.kind),
        ])
    }
}
