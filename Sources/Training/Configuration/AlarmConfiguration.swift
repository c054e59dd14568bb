import Models
package import Runs

/// When an alarm begins, and the action that follows.
package struct AlarmRule: Codable, Hashable, Sendable {
    package var action: AlarmAction
    /// The bound, or for a relative bound its factor; see ``AlarmWatch``.
    package var threshold: Double
    /// Consecutive steps beyond the bound that begin the alarm; as many within it end the alarm.
    package var window: Int

    package init(_ action: AlarmAction, threshold: Double, window: Int) {
        self.action = action
        self.threshold = threshold
        self.window = window
    }
}

/// The rule of every alarm.
package struct AlarmConfiguration: Codable, Hashable, Sendable {
    /// The threshold is a fraction of the peak call rate of this run.
    package var toolCollapse = AlarmRule(.warn, threshold: 0.5, window: 10)
    /// The threshold is a fraction of the groups.
    package var groupsWithoutSignal = AlarmRule(.warn, threshold: 0.9, window: 20)
    /// The threshold is a multiple of the average turn length of this run.
    package var lengthExplosion = AlarmRule(.warn, threshold: 3, window: 10)
    /// The threshold is a fraction of the trajectories.
    package var truncated = AlarmRule(.warn, threshold: 0.25, window: 10)
    /// The threshold is a fraction of the peak entropy of this run.
    package var entropyCollapse = AlarmRule(.warn, threshold: 0.1, window: 10)
    /// The threshold is a fraction of the trajectories.
    package var unjudged = AlarmRule(.warn, threshold: 0.1, window: 5)
    /// The threshold is a fraction of the trajectories.
    package var failed = AlarmRule(.stop, threshold: 0.5, window: 3)
    /// The threshold is the number of NaN or infinite metrics allowed among loss, gradient norm and reward.
    package var notFinite = AlarmRule(.stop, threshold: 0, window: 3)

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
        case .notFinite: notFinite
        }
    }

    /// - Throws: ``ConfigurationError`` that names the first invalid value.
    package func validate() throws {
        for alarm in Alarm.allCases {
            let rule = self[alarm]
            let key = "alarms.\(alarm.rawValue)"
            if rule.window < 1 {
                throw ConfigurationError(
                    description: "configuration: \(key).window is \(rule.window); it must be at least 1")
            }
            if let bounds = alarm.unmetBounds(of: rule.threshold) {
                throw ConfigurationError(
                    description: "configuration: \(key).threshold is \(rule.threshold); it must be \(bounds)")
            }
        }
    }
}

extension Alarm {
    /// The range that `threshold` violates; nil if it is valid. Outside of the range the alarm would never begin or never end.
    fileprivate func unmetBounds(of threshold: Double) -> String? {
        let (isMet, bounds) =
            switch self {
            case .toolCollapse, .entropyCollapse:
                (threshold > 0 && threshold < 1, "above 0 and below 1, a fraction of the peak of the run")
            case .groupsWithoutSignal, .truncated, .unjudged, .failed:
                (threshold >= 0 && threshold < 1, "at least 0 and below 1")
            case .lengthExplosion:
                (threshold > 1 && threshold.isFinite, "above 1, a multiple of the average")
            case .notFinite:
                ([0, 1, 2].contains(threshold), "0, 1 or 2, a number of metrics")
            }
        return isMet ? nil : bounds
    }
}
