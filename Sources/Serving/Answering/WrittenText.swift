import Agent

/// Splits generated text, as it streams, into reasoning, answer and tool calls.
struct WrittenText: Sendable {
    enum Zone: Hashable, Sendable {
        case reasoning, answer, call
    }

    struct Piece: Hashable, Sendable {
        let zone: Zone
        let text: String
    }

    /// How tags are interpreted.
    enum Style: Hashable, Sendable {
        /// Everything is the answer.
        case raw
        /// Everything except tool calls is the answer, tags included.
        case plain
        /// Text inside `<answer>` is held back, because a later `<answer>` replaces it; the rest is reasoning. Tags are removed.
        case thinking
    }

    private let style: Style
    private var zone: Zone
    private var scanner = MarkerScanner()
    /// The text inside the last `<answer>` of the turn.
    private var held = ""

    init(_ style: Style) {
        self.style = style
        zone = Self.start(style)
    }

    /// Adds generated text and returns the pieces that are now decided.
    mutating func append(_ text: String) -> [Piece] {
        scanner.append(text)
        var pieces: [Piece] = []
        while let finding = scanner.next(of: markers) {
            switch finding {
            case .text(let text): pieces += sorted(text)
            case .marker(let marker):
                if replacesHeld(marker) { pieces += releaseHeld() }
                zone = self.zone(after: marker)
            }
        }
        return pieces
    }

    /// Ends a turn that is not the last: its answer is reasoning. The next turn starts outside all tags.
    mutating func endTurn() -> [Piece] {
        let rest = sorted(scanner.finish())
        zone = Self.start(style)
        return rest + releaseHeld()
    }

    /// Ends the last turn.
    ///
    /// - Parameter answer: the answer of the turn; the same text is not reasoning.
    mutating func finish(answer: String) -> [Piece] {
        let rest = sorted(scanner.finish())
        return held.trimmed == answer ? rest : rest + releaseHeld()
    }

    private mutating func sorted(_ text: String) -> [Piece] {
        if style == .thinking, zone == .answer {
            held += text
            return []
        }
        return text.isEmpty ? [] : [Piece(zone: zone, text: text)]
    }

    private mutating func releaseHeld() -> [Piece] {
        defer { held = "" }
        return held.isEmpty ? [] : [Piece(zone: .reasoning, text: held)]
    }

    /// Whether the held text is not the answer if `marker` follows.
    private func replacesHeld(_ marker: String) -> Bool {
        [Markup.answerStart, Markup.toolCallStart].contains(marker)
            || marker == Markup.thoughtEnd && zone == .answer
    }

    private static func start(_ style: Style) -> Zone { style == .thinking ? .reasoning : .answer }

    private var markers: [String] {
        switch (style, zone) {
        case (.raw, _): []
        case (_, .call): [Markup.toolCallEnd]
        case (.plain, _): [Markup.toolCallStart]
        case (.thinking, _):
            [
                Markup.thoughtStart, Markup.thoughtEnd, Markup.toolCallStart, Markup.answerStart,
                Markup.answerEnd,
            ]
        }
    }

    private func zone(after marker: String) -> Zone {
        switch marker {
        case Markup.toolCallStart: .call
        case Markup.answerStart: .answer
        case Markup.toolCallEnd: Self.start(style)
        default: .reasoning
        }
    }
}
