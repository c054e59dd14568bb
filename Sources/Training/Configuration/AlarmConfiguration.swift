package import Runs
import Settings

/// When an alarm begins, and the action that follows.
package struct AlarmRule: Codable, Hashable, Sendable {
    @Setting("What happens when the alarm begins.") package var action = AlarmAction.warn
    /// The bound, or for a relative bound its factor; see ``AlarmWatch``.
    @Setting("The bound.") package var threshold = 0.0
    @Setting(
        "Consecutive steps beyond the bound that begin the alarm; as many within it end the alarm.",
        .atLeast(1))
    package var window = 10

    package init(_ action: AlarmAction, threshold: Double, window: Int) {
        self.action = action
        self.threshold = threshold
        self.window = window
    }

    /// A default rule, with what its threshold means and the range outside of which the alarm would never begin or never end.
    fileprivate init(
        _ action: AlarmAction, threshold: Double, _ meaning: String, _ range: SettingRange<Double>,
        window: Int
    ) {
        self.init(action, threshold: threshold, window: window)
        _threshold = Setting(wrappedValue: threshold, meaning, range)
    }
}

/// The rule of every alarm.
package struct AlarmConfiguration: Codable, Hashable, Sendable {
    @Setting("The policy has stopped calling the offered tools.")
    package var toolCollapse = AlarmRule(
        .warn, threshold: 0.5, "A fraction of the peak call rate of this run.", .above(0, below: 1),
        window: 10)
    @Setting("Nearly all groups have equal rewards and therefore no gradient.")
    package var groupsWithoutSignal = AlarmRule(
        .warn, threshold: 0.9, "A fraction of the groups.", .from(0, below: 1), window: 20)
    @Setting("Turns have become much longer than before.")
    package var lengthExplosion = AlarmRule(
        .warn, threshold: 3, "A multiple of the average turn length of this run.", .above(1), window: 10)
    @Setting("Trajectories are truncated by limits.")
    package var truncated = AlarmRule(
        .warn, threshold: 0.25, "A fraction of the trajectories.", .from(0, below: 1), window: 10)
    @Setting("The policy's entropy is near zero.")
    package var entropyCollapse = AlarmRule(
        .warn, threshold: 0.1, "A fraction of the peak entropy of this run.", .above(0, below: 1), window: 10)
    @Setting("Answers have no verdict.")
    package var unjudged = AlarmRule(
        .warn, threshold: 0.1, "A fraction of the trajectories.", .from(0, below: 1), window: 5)
    @Setting("Trajectories fail, for example because the model's output is NaN.")
    package var failed = AlarmRule(
        .stop, threshold: 0.5, "A fraction of the trajectories.", .from(0, below: 1), window: 3)
    @Setting("Tokens were sampled with other probabilities than the trainer computes.")
    package var mismatch = AlarmRule(
        .warn, threshold: 0.01,
        "The divergence of the two in nats for each token; rounding alone gives 1e-9 in fp32.", .above(0),
        window: 5)
    @Setting("Loss, gradient or reward is NaN or infinite.")
    package var notFinite = AlarmRule(
        .stop, threshold: 0,
        "The number of NaN or infinite metrics allowed among loss, gradient norm and reward.",
        SettingRange("0, 1 or 2") { [0, 1, 2].contains($0) }, window: 3)

    package init() {}

    package subscript(alarm: Alarm) -> AlarmRule {
        switch alarm {
        case .toolCollapse: toolCollapse
        case .groupsWithoutSignal: groupsWithoutSignal
        case .lengthExplosion: lengthExplosion
        case .truncated: truncated
        case .entropyCollapse: entropyCollapse
        case .unjudged: unjudged
        case .failed: failed
        case .mismatch: mismatch
        case .notFinite: notFinite
        }
    }
}
