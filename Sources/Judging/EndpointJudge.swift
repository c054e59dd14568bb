package import Endpoints
import Synchronization
package import Tasks

/// A judge that is a language model behind a chat API.
///
/// Only replies with a well-formed verdict count; after any other reply, the model is asked again with another seed.
/// Verdicts are cached, failures are not.
package final class EndpointJudge: Judge {
    /// Statistics since the judge was created.
    package struct Activity: Hashable, Sendable {
        /// Verdicts read from the cache.
        package var cacheHits = 0
        /// Replies without a verdict.
        package var malformedReplies = 0
        package var requests = 0
        /// Attempts beyond the first of a request.
        package var retries = 0
        /// Changes of server health, oldest first; the last 100 of `eventCount`.
        package var events: [String] = []
        package var eventCount = 0
        /// Why the cache does not work, if it does not.
        package var cacheFailure: String?
    }

    private let client: ChatClient
    private let model: String
    private let prompt: JudgePrompt
    private let cache: VerdictCache?
    private let maximumReplies: Int
    private let maximumTokens: Int
    private let state = Mutex(Activity())

    /// - Parameters:
    ///   - client: client of the servers.
    ///   - model: the model's name on the servers.
    ///   - prompt: the prompt template.
    ///   - cache: cache of verdicts; nil for none.
    ///   - maximumReplies: maximum number of replies requested until one has a verdict.
    ///   - maximumTokens: maximum tokens of a reply, including its reasoning.
    package init(
        client: ChatClient, model: String, prompt: JudgePrompt = JudgePrompt(), cache: VerdictCache? = nil,
        maximumReplies: Int = 3, maximumTokens: Int = 512
    ) {
        self.client = client
        self.model = model
        self.prompt = prompt
        self.cache = cache
        self.maximumReplies = max(1, maximumReplies)
        self.maximumTokens = maximumTokens
    }

    /// Checks that a server answers with the model.
    ///
    /// - Throws: ``JudgeError`` with what happened.
    func verify() async throws {
        do { try await client.verify(model: model) } catch {
            throw JudgeError(description: "the judge cannot be asked: \(error)")
        }
    }

    package var activity: Activity {
        let statistics = client.statistics
        var activity = state.withLock { $0 }
        (activity.requests, activity.retries) = (statistics.requests, statistics.retries)
        (activity.events, activity.eventCount) = (statistics.events, statistics.eventCount)
        activity.cacheFailure = cache?.failure
        return activity
    }

    package func isCorrect(_ answer: String, for example: Example) async throws -> Bool {
        let key = VerdictCache.Key(
            model: model, prompt: prompt.template, question: example.question, expected: example.answer,
            answer: answer)
        if let known = cache?[key] {
            state.withLock { $0.cacheHits += 1 }
            return known
        }
        let verdict = try await asked(key)
        cache?[key] = verdict
        return verdict
    }

    private func asked(_ key: VerdictCache.Key) async throws -> Bool {
        let text = prompt.text(question: key.question, expected: key.expected, answer: key.answer)
        var ending = ""
        for reading in 1...maximumReplies {
            let reply = try await reply(to: text, reading: reading)
            if !reply.isCutOff, let verdict = WrittenVerdict.isRight(in: reply.text) { return verdict }
            state.withLock { $0.malformedReplies += 1 }
            ending = reply.text.onOneLine.suffix(80).description
        }
        throw Unjudged(
            reason: "no verdict in \(maximumReplies) replies of the judge; the last one ends with: \(ending)")
    }

    /// The first reply is greedy, further ones are sampled.
    private func reply(to text: String, reading: Int) async throws -> ChatReply.Choice {
        do {
            return try await client.complete(
                ChatRequest(
                    model: model, messages: [ChatMessage(.user, text)], temperature: reading == 1 ? 0 : 0.7,
                    maximumTokens: maximumTokens, seed: reading)
            ).choices[0]
        } catch let error as ChatError {
            throw Unjudged(reason: "\(error)")
        }
    }
}
