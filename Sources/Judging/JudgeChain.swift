package import Tasks

/// Asks the cheap and certain ones first: rules, then math-verify for mathematics, then a model or a program.
///
/// What rules call right is right. Their no is the last word on answers of closed form, see `RuleFinding`; other answers
/// are asked about further on, and the last judge decides.
package struct JudgeChain: Judge {
    private let rules: RuleJudge
    private let mathematics: (any Judge)?
    private let last: (any Judge)?

    /// - Parameters:
    ///   - rules: asked first.
    ///   - mathematics: whose yes on a formula counts.
    ///   - last: decides on what is left; without it that is wrong.
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
                // The last judge can still tell; without it there is no verdict.
                if last == nil { throw error }
            }
        }
        return try await last?.isCorrect(answer, for: example) ?? false
    }
}
