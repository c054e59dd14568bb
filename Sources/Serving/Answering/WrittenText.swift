import Agent

/// Sorts the text of a model, as it is written, into what a client shows in different places.
struct WrittenText: Sendable {
    enum Zone: Hashable, Sendable {
        case reasoning, answer, call
    }

    struct Piece: Hashable, Sendable {
        let zone: Zone
        let text: String
    }

    /// Which tags count.
    enum Style: Hashable, Sendable {
        /// Everything is the answer.
        case raw
        /// Everything but tool calls is the answer, tags included.
        case plain
        /// What stands in `<answer>` is the answer, the rest is reasoning; tags are taken out.
        case thinking
    }

    private let style: Style
    private var zone: Zone
    private var hold = MarkHold()
    private(set) var hasAnswer = false

    private static let answerStart = "<answer>"
    private static let answerEnd = "</answer>"

    init(_ style: Style) {
        self.style = style
        zone = Self.start(style)
    }

    /// What has become certain with `text`.
    mutating func append(_ text: String) -> [Piece] {
        hold.append(text)
        var pieces: [Piece] = []
        while let finding = hold.next(of: marks) {
            switch finding {
            case .text(let text): pieces.append(Piece(zone: zone, text: text))
            case .mark(let mark): zone = self.zone(after: mark)
            }
        }
        return pieces
    }

    /// What was held back; a turn begins outside all tags.
    mutating func endTurn() -> [Piece] {
        let rest = hold.finish()
        defer { zone = Self.start(style) }
        return rest.isEmpty ? [] : [Piece(zone: zone, text: rest)]
    }

    private static func start(_ style: Style) -> Zone { style == .thinking ? .reasoning : .answer }

    private var marks: [String] {
        switch (style, zone) {
        case (.raw, _): []
        case (_, .call): [Markup.toolCallEnd]
        case (.plain, _): [Markup.toolCallStart]
        case (.thinking, .answer): [Self.answerEnd]
        case (.thinking, .reasoning):
            ["<think>", "</think>", Markup.toolCallStart, Self.answerStart]
        }
    }

    private mutating func zone(after mark: String) -> Zone {
        switch mark {
        case Markup.toolCallStart: return .call
        case Self.answerStart:
            hasAnswer = true
            return .answer
        case Markup.toolCallEnd: return Self.start(style)
        default: return .reasoning
        }
    }
}
