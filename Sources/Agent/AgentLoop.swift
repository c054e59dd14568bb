package import CounterRandom
import JSON
import Settings

/// Limits of a trajectory's length.
package struct AgentLimits: Hashable, Sendable, Codable {
    @Setting("Maximum number of tool calls that are executed.", .atLeast(0)) package var toolCalls = 6
    @Setting(
        "Maximum generated tokens over all turns; `sampling.maximumTokens` limits each turn.", .atLeast(1))
    package var completionTokens = 20_480
    @Setting("Maximum transcript length in tokens, including prompt and observations.", .atLeast(1))
    package var contextTokens = 32_768

    package init(toolCalls: Int = 6, completionTokens: Int = 20_480, contextTokens: Int = 32_768) {
        self.toolCalls = toolCalls
        self.completionTokens = completionTokens
        self.contextTokens = contextTokens
    }
}

/// A request to roll out one trajectory.
package struct AgentRequest: Sendable {
    package let id: TrajectoryID
    /// The prompt, including the tool descriptions.
    package let prompt: Segment
    /// Names of the tools that may be called; a call of any other tool returns an error.
    package let tools: [String]
    package let sampling: Sampling
    /// Random numbers keyed by seed, step, prompt and sample.
    package let random: CounterRandom
    /// Options of each turn.
    package let options: TurnOptions
    /// As in ``CompletionRequest``.
    package let alternativeCount: Int

    package init(
        id: TrajectoryID, prompt: Segment, tools: [String], sampling: Sampling, random: CounterRandom,
        options: TurnOptions = TurnOptions(), alternativeCount: Int = 0
    ) {
        self.id = id
        self.prompt = prompt
        self.tools = tools
        self.sampling = sampling
        self.random = random
        self.options = options
        self.alternativeCount = alternativeCount
    }
}

/// An event during a rollout; events arrive in order.
package enum AgentEvent: Sendable {
    /// The model generated a token; `text` is the newly decodable text, possibly empty.
    case token(GeneratedToken, text: String)
    /// A tool call has completed.
    case toolCalled(ToolCallRecord)
    /// The content of the tool's reply for the model.
    case observation([Message.Content])
    case finished(Trajectory)
}

/// The agent loop: alternates between completions of the policy and tool calls until an answer or a limit.
package struct AgentLoop: Sendable {
    package typealias EventHandler = @Sendable (TrajectoryID, AgentEvent) -> Void

    private let policy: any Policy
    private let format: any ChatFormat
    private let tools: ToolBox
    private let limits: AgentLimits

    /// `tools` contains all tools that requests may name.
    package init(policy: any Policy, format: any ChatFormat, tools: ToolBox, limits: AgentLimits) {
        self.policy = policy
        self.format = format
        self.tools = tools
        self.limits = limits
    }

    /// Rolls out all requests concurrently and returns the results of `onEnd` in the order of the requests.
    ///
    /// An error of the policy or the format fails only its own trajectory.
    ///
    /// - Parameters:
    ///   - requests: one request per trajectory.
    ///   - onEvent: called with each event, on any thread.
    ///   - onEnd: called with a request's index and its trajectory when it ends, while others continue.
    /// - Throws: `CancellationError` if the task was cancelled, and errors of `onEnd`.
    package func run<Result: Sendable>(
        _ requests: [AgentRequest], onEvent: EventHandler? = nil,
        onEnd: @escaping @Sendable (Int, Trajectory) async throws -> Result
    ) async throws -> [Result] {
        await policy.begin(requests.map(\.id))
        return try await withThrowingTaskGroup(of: (Int, Result).self) { group in
            for (index, request) in requests.enumerated() {
                group.addTask { (index, try await onEnd(index, run(request, onEvent: onEvent))) }
            }
            var results = [Result?](repeating: nil, count: requests.count)
            for try await (index, result) in group { results[index] = result }
            return results.compactMap { $0 }
        }
    }

    /// Rolls out all requests concurrently and returns their trajectories in the order of the requests.
    ///
    /// - Throws: only `CancellationError`, if the task was cancelled.
    package func run(_ requests: [AgentRequest], onEvent: EventHandler? = nil) async throws -> [Trajectory] {
        try await run(requests, onEvent: onEvent) { $1 }
    }

    /// Rolls out one request that was announced to the policy with `begin`, and calls the policy's `end` for it.
    ///
    /// - Throws: only `CancellationError`, if the task was cancelled.
    package func run(_ request: AgentRequest, onEvent: EventHandler? = nil) async throws -> Trajectory {
        var rollout = TrajectoryDraft(request: request, tools: tools)
        do {
            rollout.finish = try await advance(&rollout, onEvent: onEvent)
        } catch {
            rollout.finish = .failed("\(error)")
        }
        await policy.end(request.id)
        await rollout.sessions.close()
        try Task.checkCancellation()
        let trajectory = rollout.trajectory
        onEvent?(request.id, .finished(trajectory))
        return trajectory
    }

    private func advance(
        _ rollout: inout TrajectoryDraft, onEvent: EventHandler?
    ) async throws -> Trajectory.Finish {
        while true {
            try Task.checkCancellation()
            let contextLeft = limits.contextTokens - rollout.transcript.tokenCount
            let tokensLeft = limits.completionTokens - rollout.transcript.completionTokenCount
            guard contextLeft > 0 else { return .contextLimit }
            guard tokensLeft > 0, rollout.request.sampling.maximumTokens > 0 else { return .lengthLimit }
            let allowed = min(contextLeft, tokensLeft, rollout.request.sampling.maximumTokens)
            let completion = try await complete(rollout, maximumTokens: allowed, onEvent: onEvent)
            rollout.append(completion, text: format.text(of: completion.tokens))

            switch completion.finish {
            case .endOfTurn: return .answered
            case .contextLimit: return .contextLimit
            case .length: return allowed == contextLeft ? .contextLimit : .lengthLimit
            case .cancelled: return .failed("the completion was cancelled")
            case .toolCall: break
            }
            guard rollout.toolCalls.count < limits.toolCalls else { return .turnLimit }
            let result = await callTool(&rollout, onEvent: onEvent)
            let observation = try format.observation(result.content, after: completion.finish)
            guard rollout.transcript.tokenCount + observation.tokens.count < limits.contextTokens else {
                return .contextLimit
            }
            rollout.transcript.append(observation)
            onEvent?(rollout.request.id, .observation(result.content))
        }
    }

    private func complete(
        _ rollout: TrajectoryDraft, maximumTokens: Int, onEvent: EventHandler?
    ) async throws -> Completion {
        let request = CompletionRequest(
            id: rollout.request.id, transcript: rollout.transcript, sampling: rollout.request.sampling,
            random: rollout.request.random, maximumTokens: maximumTokens, options: rollout.request.options,
            alternativeCount: rollout.request.alternativeCount)
        guard let onEvent else { return try await policy.complete(request, onToken: nil) }
        let stream = TextStream(format: format)
        let id = request.id
        return try await policy.complete(request) { token in
            onEvent(id, .token(token, text: stream.append(token.token)))
        }
    }

    private func callTool(_ rollout: inout TrajectoryDraft, onEvent: EventHandler?) async -> ToolResult {
        let result: ToolResult
        var (name, arguments) = ("", "")
        do throws(ToolCallError) {
            let call = try ToolCall(in: rollout.completions.last ?? "")
            (name, arguments) = (call.name, call.arguments.text)
            result = await answer(call, &rollout)
        } catch {
            arguments = error.text
            result = .failure(error.message)
        }
        let record = ToolCallRecord(
            name: name, arguments: arguments, cut: result.cut, failure: result.failure)
        rollout.toolCalls.append(record)
        onEvent?(rollout.request.id, .toolCalled(record))
        return result
    }

    private func answer(_ call: ToolCall, _ rollout: inout TrajectoryDraft) async -> ToolResult {
        let known = rollout.request.tools
        do {
            if known.contains(call.name), let session = try await rollout.sessions.session(of: call.name) {
                let context = ToolContext(images: rollout.transcript.images, format: format)
                return await session.call(arguments: call.arguments, in: context)
            }
            return .failure(
                "Error: there is no such tool; "
                    + (known.isEmpty ? "none is offered." : "use \(known.joined(separator: " or ")).")
            )
        } catch {
            return .failure("Error: \(call.name) cannot be used: \(error)")
        }
    }
}

/// A trajectory under construction.
private struct TrajectoryDraft {
    let request: AgentRequest
    var transcript: Transcript
    var completions: [String] = []
    var toolCalls: [ToolCallRecord] = []
    var finish = Trajectory.Finish.answered
    var sessions: ToolSessions

    init(request: AgentRequest, tools: ToolBox) {
        self.request = request
        sessions = ToolSessions(of: tools)
        transcript = Transcript([request.prompt])
    }

    mutating func append(_ completion: Completion, text: String) {
        transcript.append(
            .completion(
                tokens: completion.tokens, logProbabilities: completion.logProbabilities,
                entropies: completion.entropies, policyVersion: completion.policyVersion))
        completions.append(text)
    }

    var trajectory: Trajectory {
        Trajectory(
            id: request.id, transcript: transcript, completions: completions, toolCalls: toolCalls,
            finish: finish)
    }
}
