import Agent
import JSON

/// Converts generated tokens into answer events: cuts at stop sequences and separates reasoning, answer and tool calls.
struct AnswerWriter: Sendable {
    private let stops: [String]
    private let turnEnds: Set<Int32>
    /// Stop sequences are not searched in the text of this many first tokens.
    private let minimumTokens: Int
    private let offersTools: Bool
    private let wantsTokens: Bool
    private var stopScanner = MarkerScanner()
    private var text: WrittenText
    /// The text of the tool call being generated.
    private var call = ""
    /// The text of the turn with its tags, from which the answer is extracted at the end.
    private var turn = ""
    private let isThinking: Bool
    private(set) var tokenCount = 0
    /// Whether a stop sequence was reached; no events follow.
    private(set) var isStopped = false

    init(
        isThinking: Bool, stops: [String], turnEnds: Set<Int32>, minimumTokens: Int, offersTools: Bool,
        wantsTokens: Bool
    ) {
        self.wantsTokens = wantsTokens
        self.isThinking = isThinking
        self.stops = stops
        self.turnEnds = turnEnds
        self.minimumTokens = minimumTokens
        self.offersTools = offersTools
        text = WrittenText(isThinking ? .thinking : offersTools ? .plain : .raw)
    }

    mutating func append(_ token: GeneratedToken, text piece: String) -> [AnswerEvent] {
        guard !isStopped else { return [] }
        tokenCount += 1
        if turnEnds.contains(token.token) { return [] }
        return (wantsTokens ? [.token(token)] : []) + append(piece)
    }

    /// Ends a turn; the trajectory may have further turns.
    mutating func endTurn() -> [AnswerEvent] {
        guard !isStopped else { return [] }
        let events = write(stopScanner.finish()) + sorted(text.endTurn())
        turn = ""
        return events
    }

    /// Ends the answer.
    ///
    /// - Parameter finish: why the model's last turn ended.
    /// - Returns: the remaining events, and the API's finish reason.
    mutating func finish(_ finish: FinishReason) -> (events: [AnswerEvent], reason: AnswerEnd.Reason) {
        var events = isStopped ? [] : write(stopScanner.finish())
        if isThinking {
            let answer = Markup.answerOrText(in: turn)
            events += sorted(text.finish(answer: answer))
            if !answer.isEmpty { events.append(.answer(answer)) }
        } else {
            events += sorted(text.endTurn())
        }
        if isStopped { return (events, .stop) }
        let isCut = finish == .length || finish == .contextLimit
        guard !isThinking, offersTools, !call.isEmpty else { return (events, isCut ? .length : .stop) }
        if finish == .toolCall {
            // As in the agent loop, a call begins at the last tag before its end.
            let parts = call.split(separator: Markup.toolCallStart, omittingEmptySubsequences: false)
            let before = parts.dropLast().map { AnswerEvent.answer(Markup.toolCallStart + $0) }
            if let requested = parts.last.flatMap({ Self.requestedCall(String($0)) }) {
                return (events + before + [requested], .toolCalls)
            }
        }
        let end = finish == .toolCall ? Markup.toolCallEnd : ""
        return (events + [.answer(Markup.toolCallStart + call + end)], isCut ? .length : .stop)
    }

    private mutating func append(_ piece: String) -> [AnswerEvent] {
        guard !stops.isEmpty, tokenCount > minimumTokens else { return write(piece) }
        stopScanner.append(piece)
        var events: [AnswerEvent] = []
        while !isStopped, let finding = stopScanner.next(of: stops) {
            switch finding {
            case .text(let certain): events += write(certain)
            case .marker: isStopped = true
            }
        }
        return events
    }

    private mutating func write(_ piece: String) -> [AnswerEvent] {
        if isThinking { turn += piece }
        return sorted(text.append(piece))
    }

    private mutating func sorted(_ pieces: [WrittenText.Piece]) -> [AnswerEvent] {
        pieces.compactMap { piece in
            switch piece.zone {
            case .answer: return .answer(piece.text)
            case .reasoning: return .reasoning(piece.text)
            case .call:
                call += piece.text
                return nil
            }
        }
    }

    /// The tool call for the client to run; nil if the text is not a valid call.
    private static func requestedCall(_ text: String) -> AnswerEvent? {
        guard let call = try? JSONValue(parsing: text.trimmed), let name = call["name"]?.string,
            let arguments = call["arguments"]
        else { return nil }
        return .requestedCall(name: name, arguments: arguments.text)
    }
}
