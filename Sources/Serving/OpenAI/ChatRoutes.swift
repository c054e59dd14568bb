import Agent
import CounterRandom
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// `/v1/models` and `/v1/chat/completions` of the OpenAI API, and `/metrics`.
///
/// Unsupported parameters are rejected by name, and unknown ones are told of in a header. Extensions: `reasoning_content`, `tool_events` and `tool_event` of the
/// thinking model, and `image_tokens` in the usage.
package final class ChatRoutes: RouteSet {
    private let model: ServedModel
    private let admission: Admission
    private let images: RequestImages
    private let opener: ImageOpener
    /// Maximum tokens in one turn; requests can only lower it.
    private let defaultTurnTokens: Int
    /// Timeout for an answer.
    private let answerTime: Duration
    private let created = Int(Date().timeIntervalSince1970)
    private let lastNumber = Mutex(0)
    private let ignoredParameters: IgnoredParameters

    /// - Parameters:
    ///   - model: the model that answers.
    ///   - admission: limits the number of concurrent requests.
    ///   - images: limits for images in requests.
    ///   - answerTime: timeout for an answer.
    ///   - log: receives a line for each unknown parameter.
    package init(
        model: ServedModel, admission: Admission, images: ImageRules = ImageRules(),
        answerTime: Duration = .seconds(600), log: @escaping @Sendable (String) -> Void
    ) {
        self.model = model
        self.admission = admission
        self.images = RequestImages(rules: images)
        opener = ImageOpener(images)
        self.answerTime = answerTime
        ignoredParameters = IgnoredParameters(log: log)
        defaultTurnTokens = model.limits.completionTokens
    }

    package func add(to routes: ServerRoutes) {
        let state = routes.state
        routes.router.get("v1/models") { [self] _, _ in Response.json(list) }
        routes.router.get("v1/models/:name") { [self] _, context in
            let name = context.parameters.get("name") ?? ""
            guard let found = list.data.first(where: { $0.id == name }) else {
                throw APIError.noModel(name, known: list.data.map(\.id))
            }
            return Response.json(found)
        }
        routes.router.post("v1/chat/completions") { [self] request, context in
            try await answer(request, context, state)
        }
        routes.router.get("metrics") { [admission, model] _, _ in
            let text = state.metrics.text(
                inFlight: (admission.takenCount, admission.limit), connections: state.connections.count,
                engine: model.statistics())
            return Response.text(text, type: "text/plain; version=0.0.4; charset=utf-8")
        }
    }

    private var list: ModelList {
        let names = [model.name] + (model.tools.tools.isEmpty ? [] : [model.thinkingName])
        return ModelList(data: names.map { ModelList.Model(id: $0, created: created) })
    }

    // MARK: One request

    private func answer(
        _ request: Request, _ context: ServingContext, _ state: ServerState
    ) async throws -> Response {
        let start = ContinuousClock.now
        let body = try JSONBodyReader(request)
        let slot = try admission.enter()
        let asked = try ChatCompletionRequest(
            await body.bytes(limit: state.configuration.maximumBodyBytes))
        let prompt = try await prompt(for: asked)
        let number = lastNumber.withLock { number in
            number += 1
            return number
        }
        let answer = RunningAnswer(
            id: "chatcmpl-\(String(format: "%08x", number))", asked: asked, prompt: prompt,
            format: model.format, created: Int(Date().timeIntervalSince1970), start: start,
            metrics: state.metrics)
        let work = AnswerWork(
            ChatAnswerer(model: model), prompt: prompt, group: number, count: asked.count,
            isStream: asked.isStream, time: answerTime, slot: slot, channel: context.channel,
            connections: state.connections)
        var response = asked.isStream ? answer.streamed(work) : try await answer.whole(work)
        ignoredParameters.report(asked.ignored, in: &response)
        return response
    }

    private func prompt(for asked: ChatCompletionRequest) async throws -> ChatPrompt {
        guard let isThinking = model.isThinking(asked.model), !isThinking || !model.tools.tools.isEmpty else {
            throw APIError.noModel(asked.model, known: list.data.map(\.id))
        }
        if isThinking { try checkThinking(asked) }
        let messages = try await messages(of: asked)
        let looksCloser = isThinking && messages.contains { !$0.images.isEmpty }
        let tools =
            looksCloser
            ? model.tools.specifications(of: model.tools.names, boxesIn: model.format.boxFrame) : asked.tools
        let segment: Segment
        do {
            segment = try model.format.prompt(messages, tools: tools)
        } catch {
            throw APIError.invalid("messages", "cannot be a prompt: \(error)")
        }
        guard segment.tokens.count < model.limits.contextTokens else {
            throw APIError(
                status: 400, .invalidRequest,
                "the conversation has \(segment.tokens.count) tokens; the context length, including the answer, is "
                    + "\(model.limits.contextTokens) tokens", parameter: "messages",
                code: "context_length_exceeded")
        }
        let sampling = Sampling(
            temperature: asked.temperature, topP: asked.topP, topK: asked.topK,
            maximumTokens: min(asked.maximumTokens ?? defaultTurnTokens, defaultTurnTokens))
        return ChatPrompt(
            segment: segment, toolNames: tools.map(\.name), isThinking: isThinking, sampling: sampling,
            random: CounterRandom(seed: asked.seed ?? .random(in: 0...UInt64.max)), stops: asked.stops,
            wantsTokens: asked.wantsLogProbabilities, alternativeCount: asked.alternativeCount,
            options: asked.options)
    }

    /// - Throws: ``APIError`` for a parameter that is at odds with tools that the server runs.
    private func checkThinking(_ asked: ChatCompletionRequest) throws(APIError) {
        let remedy = "use the model \(model.name)"
        if !asked.tools.isEmpty {
            throw .unsupported(
                "tools", "is not supported by \(model.thinkingName), whose tools the server runs; \(remedy)")
        }
        for (name, isSet) in [
            ("ignore_eos", asked.options.ignoresTurnEnds), ("min_tokens", asked.options.minimumTokens > 0),
        ] where isSet {
            throw .unsupported(
                name,
                "is not supported by \(model.thinkingName), which ends its turns to call tools; \(remedy)")
        }
    }

    private func messages(of asked: ChatCompletionRequest) async throws -> [Message] {
        guard asked.imageCount <= images.rules.maximumCount else {
            throw APIError.invalid(
                "messages",
                "contain \(asked.imageCount) images; the maximum is \(images.rules.maximumCount)")
        }
        var messages: [Message] = []
        var imageCount = 0
        for message in asked.messages {
            var content: [Message.Content] = []
            for part in message.parts {
                switch part {
                case .text(let text): content.append(.text(text))
                case .image(let address, let path):
                    let bytes = try await images.bytes(at: address, parameter: path)
                    content.append(
                        .image(
                            try await opener.view(
                                of: bytes, in: model.format, parameter: path, index: imageCount)))
                    imageCount += 1
                }
            }
            messages.append(Message(role: message.role, content: content))
        }
        return messages
    }
}
