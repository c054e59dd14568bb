/// We-Math (Qiao et al., 2024): problems of two and three steps, asked as a whole and step by step. The combination of
/// right and wrong answers is classified into four dimensions.
enum WeMath {
    /// The number of problems in the test set. The official scorer divides by it even if fewer were answered.
    private static let problemCount = 525.0

    static func score(_ questions: [AnsweredQuestion]) throws -> Score {
        try score(questions) { question in
            if let hit = question.text("hit") {
                return .init(Judged.isTrue(hit), question.text("prediction"))
            }
            let letter = letter(in: question.said)
            return .init(letter == (try question.required("answer")), letter)
        }
    }

    /// The task `wemath_testmini_thinking` of lmms-eval: the same dimensions, with another answer parser.
    static func scoreReasoning(_ questions: [AnsweredQuestion]) throws -> Score {
        try score(questions) { ReasoningAnswer.verdict(on: $0.said, answer: try $0.required("answer")) }
    }

    private static func score(
        _ questions: [AnsweredQuestion], verdict: (AnsweredQuestion) throws -> Score.Verdict
    ) throws -> Score {
        let score = try Score(questions, groups: { $0.groups("key") }, verdict: verdict)
        return Score(score.items, figures: figures(try problems(score.items, questions), score.items))
    }

    /// The first letter after the last "Answer", ignoring colons, periods and angle brackets.
    static func letter(in said: String) -> String? {
        let tail = PythonText(said).split(by: "Answer").last!.stripped().string.filter {
            !"><:.".contains($0)
        }
        guard let first = PythonText(tail).stripped().scalars.first, ("A"..."H").contains(first) else {
            return nil
        }
        return String(first)
    }

    // MARK: Four dimensions

    /// A problem: whether each step and the whole are right; nil if not asked.
    private struct Problem {
        var steps: [Bool?]
        var whole: Bool?
    }

    private static func problems(_ items: [ScoredItem], _ questions: [AnsweredQuestion]) throws -> [Problem] {
        var found: [String: Problem] = [:]
        for (item, question) in zip(items, questions) {
            let key = try question.required("key")
            guard let parts = key.wholeMatch(of: /([23])steps_(multi|[1-3])/), let count = Int(parts.output.1)
            else { continue }
            let id = "\(count) \(try question.required("ID"))"
            var problem = found[id] ?? Problem(steps: Array(repeating: nil, count: count))
            if parts.output.2 == "multi" {
                problem.whole = item.isCorrect
            } else if let step = Int(parts.output.2), step <= count {
                problem.steps[step - 1] = item.isCorrect
            }
            found[id] = problem
        }
        // The official scorer only counts problems whose first step was asked.
        return found.values.filter { $0.steps[0] != nil }
    }

    private static func figures(_ problems: [Problem], _ items: [ScoredItem]) -> [String: Double] {
        func count(_ isMeant: (Problem) -> Bool) -> Double { Double(problems.count(where: isMeant)) }
        let insufficient = count { $0.whole == false && $0.steps.contains(false) }
        let inadequate = count { $0.whole == false && $0.steps.allSatisfy { $0 == true } }
        var found: [String: Double] = [:]
        for (name, mastered, memorized) in [
            (
                "Strict", count { $0.whole == true && $0.steps.allSatisfy { $0 == true } },
                count { $0.whole == true && $0.steps.contains(false) }
            ),
            (
                "Loose", count { $0.whole == true && $0.steps.contains(true) },
                count { $0.whole == true && $0.steps.allSatisfy { $0 == false } }
            ),
        ] {
            found["Score (\(name))"] =
                (problemCount - 0.5 * inadequate - memorized - insufficient) / problemCount
            found["InsufficientKnowledge (\(name))"] = insufficient / problemCount
            found["InadequateGeneralization (\(name))"] = inadequate / problemCount
            found["CompleteMastery (\(name))"] = mastered / problemCount
            found["RoteMemorization (\(name))"] = memorized == 0 ? 0 : memorized / (mastered + memorized)
        }
        found["One-step(S1)"] = mean(problems.flatMap(\.steps))
        found["Two-step(S2)"] = mean(problems.filter { $0.steps.count == 2 }.map(\.whole))
        found["Three-step(S3)"] = mean(problems.filter { $0.steps.count == 3 }.map(\.whole))
        return found
    }

    private static func mean(_ verdicts: [Bool?]) -> Double {
        let known = verdicts.compactMap(\.self)
        return known.isEmpty ? 0 : Double(known.count { $0 }) / Double(known.count)
    }
}
