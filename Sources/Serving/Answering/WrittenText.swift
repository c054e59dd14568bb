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
        /// Text inside `<answer>` is the answer, the rest is reasoning; tags are removed.
        case thinking
    }

    private let style: Style
    private var zone: Zone
    private var scanner = MarkerScanner()
    private(set) var hasAnswer = false

    private static let answerStart = "<answer>"
    private static let answerEnd = "</answer>"

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
            case .text(let text): pieces.append(Piece(zone: zone, text: text))
            case .marker(let marker): zone = self.zone(after: marker)
            }
        }
        return pieces
    }

    /// Returns text that was held back; the next turn starts outside all tags.
    mutating func endTurn() -> [Piece] {
        let rest = scanner.finish()
        defer { zone = Self.start(style) }
        return rest.isEmpty ? [] : [Piece(zone: zone, text: rest)]
    }

    private static func start(_ style: Style) -> Zone { style == .thinking ? .reasoning : .answer }

    private var markers: [String] {
        switch (style, zone) {
        case (.raw, _): []
        case (_, .call): [Markup.toolCallEnd]
        case (.plain, _): [Markup.toolCallStart]
        case (.thinking, .answer): [Self.answerEnd]
        case (.thinking, .reasoning):
            ["<think>", "</think>", Markup.toolCallStart, Self.answerStart]
        }
    }

    private mutating func zone(after marker: String) -> Zone {
        switch marker {
        case Markup.toolCallStart: return .call
        case Self.answerStart:
            hasAnswer = true
            return .answer
        case Markup.toolCallEnd: return Self.start(style)
        default: return .reasoning
        }
    }
}
