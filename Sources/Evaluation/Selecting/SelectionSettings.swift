/// How examples are chosen.
package struct SelectionSettings: Hashable, Sendable, Codable {
    /// Answers of the model to each example.
    package var samples = 8
    package var temperature = 1.0
    package var seed: UInt64 = 1
    /// Off asks without the tools of the examples.
    package var offersTools = true
    /// Whether what is never right is asked again with the ground-truth region shown, and kept if it is right then.
    package var showsRegion = false
    /// Whether a question with options loses them, and asks for the text of the right one.
    package var opensQuestions = false
    /// Questions asked at the same time.
    package var concurrency = 64
    /// Most tokens in a turn.
    package var maximumTokens = 1024
    /// Most tool calls that are answered.
    package var toolCalls = 6

    package init() {}
}

/// What becomes of an example, and why.
package enum Fate: String, Hashable, Sendable, Codable, CaseIterable {
    /// Sometimes right: there is something to learn from.
    case kept
    /// Never right, but right when shown the ground-truth region: a closer look is what is missing.
    case keptAsShown
    case alwaysRight
    case neverRight
    /// Not even right when shown the region: the answer may be false.
    case wrongAsShown
    /// Half of the answers or more are missing or have no verdict.
    case unjudged
    /// The row cannot be used.
    case bad
    /// A question that cannot do without its options.
    case needsOptions

    package var isKept: Bool { self == .kept || self == .keptAsShown }

    package var summary: String {
        switch self {
        case .kept: "kept: sometimes right"
        case .keptAsShown: "kept: never right, but right when shown the region"
        case .alwaysRight: "dropped: always right"
        case .neverRight: "dropped: never right"
        case .wrongAsShown: "dropped: not even right when shown the region"
        case .unjudged: "dropped: half of the answers or more without a verdict"
        case .bad: "dropped: cannot be used"
        case .needsOptions: "dropped: cannot do without its options"
        }
    }
}
