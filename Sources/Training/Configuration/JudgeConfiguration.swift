import QwenVL
import Tasks

/// Who decides whether an answer is right.
package struct JudgeConfiguration: Codable, Hashable, Sendable {
    /// A command that reads questions with answers and writes verdicts, see ``ProgramJudge``; empty for the rules.
    package var program = ""
    /// Seconds that it has for a verdict.
    package var timeoutSeconds = 30.0

    package init() {}

    func judge(format: QwenChatFormat) -> any Judge {
        program.isEmpty
            ? RuleJudge(format: format)
            : ProgramJudge(command: program, timeout: .seconds(timeoutSeconds))
    }
}
