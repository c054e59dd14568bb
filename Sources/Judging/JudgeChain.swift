package import Tasks

/// A chain of judges, cheap and reliable ones first: rules, then math-verify for mathematics, then a model or a program.
///
/// An answer that the rules accept is right. If they reject an answer of closed form, it is wrong (see `RuleFinding`). Other
/// answers are passed on, and the last judge decides.
package struct JudgeChain: Judge {
    private let rules: RuleJudge
    private let mathematics: (any Judge)?
    private let last: (any Judge)?

    /// - Parameters:
    ///   - rules: the first judge.
    ///   - mathematics: accepts formulas; its rejections are passed on.
    ///   - last: decides on the remaining answers; without it they are wrong.
    package init(rules: RuleJudge, mathematics: (any Judge)? = nil, last: (any Judge)? = nil) {
        self.rules = rules
        self.mathematics = mathematics
        self.last = last
    }

    package func isCorrect(_ answer: String, for example: Example) async throws -> Bool {
        switch try rules.finding(on: answer, for: example) {
        case .right: return true
        case .wrong: return false
        case .differs: break
        }
        if example.rewardKind == .mathematics, let mathematics {
            do {
                if try await mathematics.isCorrect(answer, for: example) { return true }
            } catch let error as Unjudged {
                // The last judge can still decide; without it there is no verdict.
                if last == nil { throw error }
            }
        }
        return try await last?.isCorrect(answer, for: example) ?? false
    }
}
