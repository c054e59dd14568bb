internal import Foundation
package import Tasks

/// Labelled answers for measuring a judge's agreement before it is used.
package struct JudgeCheck: Sendable {
    /// An answer with its label.
    package struct Pair: Hashable, Sendable, Codable {
        package let question: String
        package let expected: String
        package let answer: String
        package let right: Bool
        /// The kind of difficulty, such as "negation"; agreement is reported by style.
        package let style: String?

        package init(question: String, expected: String, answer: String, right: Bool, style: String? = nil) {
            self.question = question
            self.expected = expected
            self.answer = answer
            self.right = right
            self.style = style
        }
    }

    package let pairs: [Pair]

    package init(pairs: [Pair]) { self.pairs = pairs }

    /// The built-in pairs.
    package static func shipped() throws -> JudgeCheck {
        let lines = PackageResources.calibration_jsonl.split(separator: UInt8(ascii: "\n"))
        return JudgeCheck(pairs: try lines.map { try JSONDecoder().decode(Pair.self, from: Data($0)) })
    }

    /// Reads pairs from a JSONL file with the keys question, expected, answer, right and optionally style.
    ///
    /// - Throws: ``JudgeError`` that names the line.
    package init(contentsOf path: String) throws {
        let lines: JSONLines
        do { lines = try JSONLines(URL(filePath: path)) } catch {
            throw JudgeError(description: "\(path): \(error)")
        }
        pairs = try (0..<lines.count).map { index in
            do { return try lines.row(index) } catch {
                throw JudgeError(
                    description:
                        "\(path):\(lines.lineNumber(of: index)): \(error); each line needs question, expected, "
                        + "answer and right (true or false)")
            }
        }
    }

    /// Runs `judge` on each pair, at most `concurrency` at a time.
    ///
    /// - Throws: `CancellationError`.
    package func run(_ judge: any Judge, concurrency: Int) async throws -> JudgeCheckResult {
        var outcomes = [JudgeCheckResult.Outcome?](repeating: nil, count: pairs.count)
        try await withThrowingTaskGroup(of: (Int, JudgeCheckResult.Outcome).self) { tasks in
            var next = 0
            func start() {
                guard next < pairs.count else { return }
                let (index, pair) = (next, pairs[next])
                next += 1
                tasks.addTask { (index, try await Self.outcome(of: pair, by: judge)) }
            }
            for _ in 0..<max(1, concurrency) { start() }
            while let (index, outcome) = try await tasks.next() {
                outcomes[index] = outcome
                start()
            }
        }
        return JudgeCheckResult(outcomes: outcomes.compactMap(\.self))
    }

    private static func outcome(of pair: Pair, by judge: any Judge) async throws -> JudgeCheckResult.Outcome {
        let example = Example(
            id: "check", messages: [.question(pair.question, imageCount: 0)], images: [],
            answer: pair.expected, kind: pair.style ?? "question")
        let start = ContinuousClock.now
        var (verdict, problem): (Bool?, String?) = (nil, nil)
        do { verdict = try await judge.isCorrect(pair.answer, for: example) } catch {
            try Task.checkCancellation()
            problem = "\(error)"
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        return JudgeCheckResult.Outcome(pair: pair, verdict: verdict, problem: problem, seconds: seconds)
    }
}

/// A judge's verdicts on labelled answers.
package struct JudgeCheckResult: Hashable, Sendable, Codable {
    package struct Outcome: Hashable, Sendable, Codable {
        package let pair: JudgeCheck.Pair
        /// Nil if there was no verdict.
        package let verdict: Bool?
        package let problem: String?
        package let seconds: Double

        package init(pair: JudgeCheck.Pair, verdict: Bool?, problem: String? = nil, seconds: Double) {
            self.pair = pair
            self.verdict = verdict
            self.problem = problem
            self.seconds = seconds
        }

        package var agrees: Bool { verdict == pair.right }
    }

    package let outcomes: [Outcome]

    package init(outcomes: [Outcome]) { self.outcomes = outcomes }

    /// The fraction of pairs whose verdict equals the label; a missing verdict counts as disagreement.
    package var agreement: Double { Self.agreement(outcomes) }

    /// The agreement on pairs of one style.
    package func agreement(style: String) -> Double {
        Self.agreement(outcomes.filter { $0.pair.style == style })
    }

    private static func agreement(_ outcomes: [Outcome]) -> Double {
        outcomes.isEmpty ? 0 : Double(outcomes.count(where: \.agrees)) / Double(outcomes.count)
    }

    /// The number of answers with the label `right` and the given verdict.
    package func count(right: Bool, verdict: Bool?) -> Int {
        outcomes.count { $0.pair.right == right && $0.verdict == verdict }
    }

    /// A quantile of the time per verdict, in seconds.
    package func seconds(quantile: Double) -> Double {
        let sorted = outcomes.map(\.seconds).sorted()
        return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(quantile * Double(sorted.count)))]
    }
}
