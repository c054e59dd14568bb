internal import Foundation
import JSON

/// What can go wrong in a training that runs on as if nothing had happened.
package enum Alarm: String, Codable, CaseIterable, Sendable {
    /// The policy has given up calling tools where they are offered.
    case toolCollapse
    /// The rewards in nearly every group are equal, so that there is no gradient.
    case groupsWithoutSignal
    /// Turns have become far longer than they were.
    case lengthExplosion
    /// Limits cut trajectories short.
    case truncated
    /// The policy hardly chooses any more.
    case entropyCollapse
    /// Answers have no verdict.
    case unjudged
    /// Trajectories fail, as they do when what the model computes is not a number.
    case failed
    /// Loss, gradient or reward is not a number.
    case notFinite
}

/// What is done when an alarm begins.
package enum AlarmAction: String, Codable, CaseIterable, Sendable {
    /// It is not watched.
    case off
    /// It is said, and training goes on.
    case warn
    /// A checkpoint is saved, and the process ends.
    case pause
    /// The process ends without saving.
    case stop

    /// - Throws: `DecodingError` that names the actions for a word that is none of them.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let word = try container.decode(String.self)
        guard let action = AlarmAction(rawValue: word) else {
            let known = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "unknown action \(word); the actions are \(known)")
        }
        self = action
    }
}

/// An alarm that began: a line of `alarms.jsonl`.
package struct AlarmRecord: Codable, Equatable, Sendable {
    /// The step by which it had lasted long enough.
    package let step: Int
    package let alarm: Alarm
    package let action: AlarmAction
    /// What was measured in that step.
    package let value: Double
    /// The bound that it is beyond, in the unit of `value`.
    package let threshold: Double
    /// What was seen, for a person.
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

    /// The line with its newline, keys in a fixed order.
    package var line: String {
        let members: JSONValue = [
            "step": .number(step), "alarm": .string(alarm.rawValue), "action": .string(action.rawValue),
            "value": .number(value), "threshold": .number(threshold), "message": .string(message),
        ]
        return members.text(.compact) + "\n"
    }

    /// The alarms of a run in the order they began; a file or a last line that is not there yet is no error.
    package static func all(of run: RunFolder) throws -> [AlarmRecord] {
        try StepLines.read(run.alarmsFile) { try JSONDecoder().decode(AlarmRecord.self, from: $0) }
    }
}
