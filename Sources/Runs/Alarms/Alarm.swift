internal import Foundation
import JSON
import Settings

/// Problems of a training run that do not stop it by themselves.
package enum Alarm: String, Codable, CaseIterable, Sendable {
    /// The policy has stopped calling the offered tools.
    case toolCollapse
    /// Nearly all groups have equal rewards and therefore no gradient.
    case groupsWithoutSignal
    /// Turns have become much longer than before.
    case lengthExplosion
    /// Trajectories are truncated by limits.
    case truncated
    /// The policy's entropy is near zero.
    case entropyCollapse
    /// Answers have no verdict.
    case unjudged
    /// Trajectories fail, for example because the model's output is NaN.
    case failed
    /// Tokens were sampled with other probabilities than the trainer computes.
    case mismatch
    /// Loss, gradient or reward is NaN or infinite.
    case notFinite
}

/// The action when an alarm is raised.
package enum AlarmAction: String, SettingChoice {
    case off, warn, pause, stop

    package var meaning: String {
        switch self {
        case .off: "the alarm is disabled"
        case .warn: "prints a warning; training continues"
        case .pause: "saves a checkpoint and ends the process"
        case .stop: "ends the process without saving"
        }
    }
}

/// A raised alarm: a line of `alarms.jsonl`.
package struct AlarmRecord: Codable, Equatable, Sendable {
    /// The step at which its condition had held long enough.
    package let step: Int
    package let alarm: Alarm
    package let action: AlarmAction
    /// The value measured in that step.
    package let value: Double
    /// The threshold that it exceeded or fell below.
    package let threshold: Double
    /// A description for people.
    package let message: String

    package init(
        step: Int, alarm: Alarm, action: AlarmAction, value: Double, threshold: Double, message: String
    ) {
        self.step = step
        self.alarm = alarm
        self.action = action
        self.value = value
        self.threshold = threshold
        self.message = message
    }

    /// The line with its newline; keys are in a fixed order.
    package var line: String {
        let members: JSONValue = [
            "step": .number(step), "alarm": .string(alarm.rawValue), "action": .string(action.rawValue),
            "value": .number(value), "threshold": .number(threshold), "message": .string(message),
        ]
        return members.text(.compact) + "\n"
    }

    /// The alarms of a run in the order they were raised. A missing file or an incomplete last line is not an error.
    package static func all(of run: RunFolder) throws -> [AlarmRecord] {
        try StepLines.read(run.alarmsFile) { try JSONDecoder().decode(AlarmRecord.self, from: $0) }
    }
}
