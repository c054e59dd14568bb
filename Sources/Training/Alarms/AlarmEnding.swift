package import Runs

/// The end of a run by an alarm.
package struct AlarmEnding: Sendable {
    package let alarm: AlarmRecord
    /// The last checkpoint before the alarm's first step beyond the bound; nil if none is left.
    package let before: Checkpoint?

    /// The exit code for scripts: 3 for a paused run, which can be resumed as it is; 4 for a stopped one.
    package var exitCode: Int32 { alarm.action == .pause ? 3 : 4 }

    /// A sentence for people: the run at `path`, the alarm and the command to continue.
    package func message(run path: String) -> String {
        let run = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        let name = alarm.alarm.rawValue
        let resume = "deepeyes train --run \(run) --resume"
        let good = before.map { "\(run)/checkpoints/step-\($0.step)" }
        let checkpoint =
            good.map { "the last checkpoint before the alarm is \($0)" }
            ?? "there is no checkpoint before the alarm"
        if alarm.action == .pause {
            return
                "\(run) is paused by the alarm \(name): \(alarm.message); step \(alarm.step) is saved, "
                + "\(checkpoint); to continue: \(resume)"
        }
        let command =
            good.map {
                "to continue from it with other settings: deepeyes train --config \(run)/config.yaml --model \($0) "
                    + "--run \(run)-2"
            } ?? "to continue anyway: \(resume) --set alarms.\(name).action=warn"
        return
            "\(run) is stopped at step \(alarm.step) by the alarm \(name): \(alarm.message); \(checkpoint); \(command)"
    }
}
