import Agent
import JSON

/// Turns what happens in a model into what a client is told: cut at the stop texts, sorted by place.
struct AnswerWriter: Sendable {
    private let stops: [String]
    private let turnEnds: Set<Int32>
    private let offersTools: Bool
    private let wantsTokens: Bool
    private var stopHold = MarkHold()
    private var text: WrittenText
    /// The call that is being written.
    private var call = ""
    /// What the last turn wrote outside tags; an answer if the model gives no other.
    private var lastReasoning = ""
    private let isThinking: Bool
    private(set) var tokenCount = 0
    /// Whether a stop text was reached, so that nothing more is told.
    private(set) var isStopped = false

    init(
        isThinking: Bool, stops: [String], turnEnds: Set<Int32>, offersTools: Bool, wantsTokens: Bool
    ) {
        self.wantsTokens = wantsTokens
        self.isThinking = isThinking
        self.stops = stops
        self.turnEnds = turnEnds
        self.offersTools = offersTools
        text = WrittenText(isThinking ? .thinking : offersTools ? .plain : .raw)
    }

    mutating func append(_ token: WrittenToken, text piece: String) -> [AnswerEvent] {
        guard !isStopped else { return [] }
        tokenCount += 1
        if turnEnds.contains(token.token) { return [] }
        return (wantsTokens ? [.token(token)] : []) + append(piece)
    }

    /// The end of a turn, of which the trajectory may have more.
    mutating func endTurn() -> [AnswerEvent] {
        guard !isStopped else { return [] }
        let events = sorted(text.append(stopHold.finish()) + text.endTurn())
        lastReasoning = ""
        return events
    }

    /// The end of the answer.
    ///
    /// - Parameter finish: why the model's last turn ended.
    /// - Returns: what is left to tell, and why the answer ended in the words of the API.
    mutating func finish(_ finish: FinishReason) -> (events: [AnswerEvent], reason: AnswerEnd.Reason) {
        if isStopped { return (rest(), .stop) }
        var events = sorted(text.append(stopHold.finish()) + text.endTurn())
        if isThinking, !text.hasAnswer {
            let unmarked = lastReasoning.trimmed
            if !unmarked.isEmpty { events.append(.answer(String(unmarked))) }
        }
        let isCut = finish == .length || finish == .contextLimit
        guard !isThinking, offersTools, !call.isEmpty else { return (events, isCut ? .length : .stop) }
        if finish == .toolCall, let requested = Self.requestedCall(call) {
            return (events + [requested], .toolCalls)
        }
        let end = finish == .toolCall ? Markup.toolCallEnd : ""
        return (events + [.answer(Markup.toolCallStart + call + end)], isCut ? .length : .stop)
    }

    private mutating func rest() -> [AnswerEvent] { sorted(text.endTurn()) }

    private mutating func append(_ piece: String) -> [AnswerEvent] {
        guard !stops.isEmpty else { return sorted(text.append(piece)) }
        stopHold.append(piece)
        var events: [AnswerEvent] = []
        while !isStopped, let finding = stopHold.next(of: stops) {
            switch finding {
            case .text(let certain): events += sorted(text.append(certain))
            case .mark: isStopped = true
            }
        }
        return events
    }

    private mutating func sorted(_ pieces: [WrittenText.Piece]) -> [AnswerEvent] {
        pieces.compactMap { piece in
            switch piece.zone {
            case .answer: return .answer(piece.text)
            case .reasoning:
                lastReasoning += piece.text
                return .reasoning(piece.text)
            case .call:
                call += piece.text
                return nil
            }
        }
    }

    /// The call as the client is asked to make it; nil if it cannot be read.
    private static func requestedCall(_ text: String) -> AnswerEvent? {
        guard let call = try? JSONValue(parsing: text.trimmed), let name = call["name"]?.string,
            let arguments = call["arguments"]
        else { return nil }
        return .requestedCall(name: name, arguments: arguments.text)
    }
}
