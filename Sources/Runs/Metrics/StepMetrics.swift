/// The metrics of one training step.
package struct StepMetrics: Sendable, Equatable {
    package let step: Int
    /// Deterministic metrics, given configuration and seed, in written order.
    package var values: [Metric]
    /// Timings and memory; separate, so that `values` can be compared between runs.
    package var performance: [Metric]
    /// Results of evaluations after this step; empty for most steps.
    package var evaluations: [Metric]

    package init(
        step: Int, values: [Metric] = [], performance: [Metric] = [], evaluations: [Metric] = []
    ) {
        self.step = step
        self.values = values
        self.performance = performance
        self.evaluations = evaluations
    }

    /// All parts, concatenated.
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

/// The names of metrics that sinks and reports refer to; a slash separates family and member.
package enum MetricName {
    /// Mean total reward of the step's trajectories.
    package static let reward = "reward/total"
    /// Mean of one reward component.
    package static func reward(component: String) -> String { "reward/\(component)" }
    /// Fraction of right answers.
    package static let accuracy = "accuracy/all"
    /// Fraction of right answers among the examples of one kind.
    package static func accuracy(kind: String) -> String { "accuracy/\(kind)" }
    /// Fraction of trajectories with a tool call, among those with tools.
    package static let callRate = "tool/call_rate"
    /// Tool calls per trajectory.
    package static let callsPerTrajectory = "tool/calls"
    /// Fraction of trajectories with a thinking pattern, among those with tools.
    package static func rate(of pattern: ThinkingPattern) -> String { "pattern/\(pattern.rawValue)" }
    /// Fraction of tool calls that failed.
    package static let callErrorRate = "tool/error_rate"
    /// Mean intersection over union of the first box with the ground truth.
    package static let firstBoxIoU = "box/first_iou"
    /// Fraction of trajectories with a format error.
    package static let formatErrorRate = "format/error_rate"
    /// Fraction of trajectories truncated by a limit.
    package static let truncated = "finish/truncated_rate"
    /// Fraction of trajectories that failed.
    package static let failed = "finish/failed_rate"
    /// Mean entropy of the policy over completion tokens, in nats.
    package static let entropy = "policy/entropy"
    /// Value of the loss.
    package static let loss = "policy/loss"
    /// Supervised training: mean negative log-likelihood of the step's target tokens, in nats.
    package static let trainingLoss = "loss/training"
    /// The same on the held-out conversations.
    package static let validationLoss = "loss/validation"
    /// Number of passes over the training conversations so far.
    package static let epoch = "data/epoch"
    /// Target tokens of the step.
    package static let targetTokens = "data/target_tokens"
    /// Fraction of tokens whose probability ratio was clipped.
    package static let clipFraction = "policy/clip_fraction"
    /// Mean size of the difference between the trainer's log-probabilities before the first update and those with which the
    /// tokens were sampled.
    package static let mismatchMean = "mismatch/mean"
    /// Its maximum.
    package static let mismatchMaximum = "mismatch/maximum"
    /// Estimate of the divergence between the two: the mean of p / q − 1 − log(p / q).
    package static let mismatchK3 = "mismatch/k3"
    /// Mean estimate of the divergence from the reference model.
    package static let divergence = "policy/divergence"
    /// Groups that dynamic sampling asked for.
    package static let sampledGroups = "groups/sampled"
    /// Value of the critic's loss.
    package static let valueLoss = "critic/loss"
    /// Fraction of the variance of returns that the critic explains.
    package static let explainedVariance = "critic/explained_variance"
    /// Completion tokens per trajectory.
    package static let completionTokens = "completion/tokens"
    /// Completion tokens per turn.
    package static let turnTokens = "completion/turn_tokens"
    /// Number of active alarms.
    package static let activeAlarms = "alarms/active"
    /// Fraction of trajectories whose answer has no verdict.
    package static let unjudged = "judge/unjudged"
    /// Verdicts read from the cache.
    package static let cachedVerdicts = "judge/cached"
    /// Requests to the judge's servers.
    package static let judgeRequests = "judge/requests"
    /// Attempts beyond the first of such requests.
    package static let judgeRetries = "judge/retries"
    /// Replies of the judge without a verdict.
    package static let malformedVerdicts = "judge/malformed"
    /// Number of times a judge's server became unhealthy or recovered.
    package static let judgeHealthEvents = "judge/health_events"
    /// Fraction of groups whose rewards are all equal.
    package static let groupsWithoutSignal = "groups/without_signal"
    /// Norm of the gradient before clipping.
    package static let gradientNorm = "optimizer/gradient_norm"
    /// Learning rate of the step.
    package static let learningRate = "optimizer/learning_rate"
    /// Duration of the step in seconds.
    package static let stepSeconds = "time/step_seconds"
    /// Duration of one phase of the step in seconds.
    package static func seconds(phase: String) -> String { "time/\(phase)_seconds" }
    /// Tokens processed per second of the step.
    package static let tokensPerSecond = "throughput/tokens_per_second"
    /// Resident memory of the process in bytes.
    package static let residentBytes = "memory/resident_bytes"
    /// Peak resident memory of the process so far, in bytes.
    package static let peakBytes = "memory/peak_bytes"
}
