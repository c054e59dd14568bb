/// The settings of a selection.
package struct SelectionSettings: Hashable, Sendable, Codable {
    /// Answers sampled per example.
    package var samples = 8
    package var temperature = 1.0
    package var seed: UInt64 = 1
    /// Whether the examples' tools are offered.
    package var offersTools = true
    /// Whether examples that are never right are retried with the ground-truth region shown, and kept if then right.
    package var showsRegion = false
    /// Whether multiple-choice questions are turned into open ones.
    package var opensQuestions = false
    /// Questions answered concurrently.
    package var concurrency = 64
    /// Maximum tokens in a turn.
    package var maximumTokens = 1024
    /// Maximum tool calls executed in a trajectory.
    package var toolCalls = 6

    package init() {}
}

/// Whether an example is kept or dropped, and why.
package enum SelectionOutcome: String, Hashable, Sendable, Codable, CaseIterable {
    /// Sometimes right: its groups have a training signal.
    case kept
    /// Never right, but right when the ground-truth region is shown: zooming would help.
    case keptAsShown
    case alwaysRight
    case neverRight
    /// Never right, even with the region shown: the expected answer may be wrong.
    case wrongAsShown
    /// At least half of the answers are missing or have no verdict.
    case unjudged
    /// The row is invalid.
    case bad
    /// The question needs its options and cannot be turned into an open one.
    case needsOptions

    package var isKept: Bool { self == .kept || self == .keptAsShown }

    package var summary: String {
        switch self {
        case .kept: "kept: sometimes right"
        case .keptAsShown: "kept: never right, but right with the region shown"
        case .alwaysRight: "dropped: always right"
        case .neverRight: "dropped: never right"
        case .wrongAsShown: "dropped: never right, even with the region shown"
        case .unjudged: "dropped: at least half of the answers without a verdict"
        case .bad: "dropped: bad row"
        case .needsOptions: "dropped: needs its options"
        }
    }
}
