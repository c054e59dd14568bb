package import Runs

/// How an alarm ended a run.
package struct AlarmEnding: Sendable {
    package let alarm: AlarmRecord
    /// The last checkpoint before the steps that the alarm is about, if it is still there.
    package let before: Checkpoint?

    /// Tells scripts apart what to do next: 3 for a run that can just be resumed, 4 for one that cannot.
    package var exitCode: Int32 { alarm.action == .pause ? 3 : 4 }

    /// Names the run at `path`, the alarm, and the command to go on.
    package func sentence(run path: String) -> String {
        let run = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        let name = alarm.alarm.rawValue
        let resume = "deepeyes train --run \(run) --resume"
        let good = before.map { "\(run)/checkpoints/step-\($0.step)" }
        let place =
            good.map { "the last checkpoint from before that is \($0)" }
            ?? "there is no checkpoint from before that"
        if alarm.action == .pause {
            return
                "\(run) is paused by the alarm \(name): \(alarm.message); step \(alarm.step) is saved, \(place); "
                + "go on with: \(resume)"
        }
        let command =
            good.map {
                "go on from it, with other settings, by: deepeyes train --config \(run)/config.yaml --model \($0) "
                    + "--run \(run)-2"
            } ?? "go on all the same with: \(resume) --set alarms.\(name).action=warn"
        return
            "\(run) is stopped at step \(alarm.step) by the alarm \(name): \(alarm.message); \(place); \(command)"
    }
}
