/// The numbers of one training step.
package struct StepMetrics: Sendable, Equatable {
    package let step: Int
    /// What configuration and seed determine, in the order it is written.
    package var values: [Metric]
    /// What the clock and the machine determine; kept apart so that `values` can be compared between runs.
    package var performance: [Metric]
    /// What evaluations of the weights after this step came to; nothing at most steps.
    package var evaluations: [Metric]

    package init(
        step: Int, values: [Metric] = [], performance: [Metric] = [], evaluations: [Metric] = []
    ) {
        self.step = step
        self.values = values
        self.performance = performance
        self.evaluations = evaluations
    }

    /// All parts, one after the other.
    package var all: [Metric] { values + performance + evaluations }

    /// The value recorded under `name`, from any part.
    package subscript(name: String) -> Double? { all.first { $0.name == name }?.value }
}

/// One named number.
package struct Metric: Sendable, Equatable {
    package let name: String
    package let value: Double

    package init(_ name: String, _ value: Double) {
        self.name = name
        self.value = value
    }
}

/// The names under which sinks and report look for the metrics they know; a slash separates family and
/// member.
package enum MetricName {
    /// Mean total reward of the step's trajectories.
    package static let reward = "reward/total"
    /// Mean of one reward component.
    package static func reward(component: String) -> String { "reward/\(component)" }
    /// Share of right answers.
    package static let accuracy = "accuracy/all"
    /// Share of right answers among the examples of one kind.
    package static func accuracy(kind: String) -> String { "accuracy/\(kind)" }
    /// Share of the trajectories with tools on offer that called one.
    package static let callRate = "tool/call_rate"
    /// Tool calls per trajectory.
    package static let callsPerTrajectory = "tool/calls"
    /// Share of tool calls answered by an error.
    package static let callErrorRate = "tool/error_rate"
    /// Mean intersection over union of the first box with the ground truth.
    package static let firstBoxIoU = "box/first_iou"
    /// Share of trajectories with a format error.
    package static let formatErrorRate = "format/error_rate"
    /// Share of trajectories that a limit cut short.
    package static let truncated = "finish/truncated_rate"
    /// Share of trajectories that failed.
    package static let failed = "finish/failed_rate"
    /// Mean entropy of the policy over completion tokens, in nats.
    package static let entropy = "policy/entropy"
    /// Value of the loss.
    package static let loss = "policy/loss"
    /// Share of tokens whose ratio was clipped.
    package static let clipFraction = "policy/clip_fraction"
    /// Completion tokens per trajectory.
    package static let completionTokens = "completion/tokens"
    /// Completion tokens per turn.
    package static let turnTokens = "completion/turn_tokens"
    /// Alarms that last.
    package static let activeAlarms = "alarms/active"
    /// Share of trajectories on whose answer there was no verdict.
    package static let unjudged = "judge/unjudged"
    /// Verdicts that were known from before.
    package static let cachedVerdicts = "judge/cached"
    /// Requests to the servers of the judge.
    package static let judgeRequests = "judge/requests"
    /// Attempts of such requests after the first.
    package static let judgeRetries = "judge/retries"
    /// Replies of the judge that held no verdict.
    package static let malformedVerdicts = "judge/malformed"
    /// Times that a server of the judge was found ill, or well again.
    package static let judgeHealthEvents = "judge/health_events"
    /// Share of groups whose rewards are all equal.
    package static let groupsWithoutSignal = "groups/without_signal"
    /// Norm of the gradient before clipping.
    package static let gradientNorm = "optimizer/gradient_norm"
    /// Learning rate of the step.
    package static let learningRate = "optimizer/learning_rate"
    /// Duration of the step in seconds.
    package static let stepSeconds = "time/step_seconds"
    /// Duration of one phase of the step in seconds.
    package static func seconds(phase: String) -> String { "time/\(phase)_seconds" }
    /// Tokens handled per second of the step.
    package static let tokensPerSecond = "throughput/tokens_per_second"
    /// Resident memory of the process in bytes.
    package static let residentBytes = "memory/resident_bytes"
    /// Highest resident memory of the process so far, in bytes.
    package static let peakBytes = "memory/peak_bytes"
}
