package import Agent
package import Models
package import Rollout
package import Torch

/// Generates completions for many trajectories at once: continuous batching over a paged key-value cache.
///
/// Every iteration is one packed forward pass. It takes the newest token of each sequence that is generating, and
/// chunks of new prompts and observations. The prompt of a group is computed once; a later turn computes only its new
/// tokens. `Schedule` decides which trajectories are in an iteration, so that results do not depend on when requests
/// arrive.
///
/// An engine is confined to one owner: it computes only inside `step`.
package final class GenerationEngine {
    /// An event of a trajectory.
    package enum Event {
        case token(TrajectoryID, GeneratedToken)
        case finished(TrajectoryID, Completion)
        /// The request failed; the engine has discarded the cached tokens of the trajectory.
        case failed(TrajectoryID, any Error)
    }

    package enum Progress: Hashable, Sendable {
        /// There may be more work; call `step` again.
        case ran
        /// No work until these trajectories send a request or end.
        case waiting(for: [TrajectoryID])
        /// No work until there is a request.
        case idle
    }

    package let model: any VisionLanguageModel
    package let processor: ImageProcessor
    package let rules: TokenRules
    package let limits: GenerationLimits
    /// Version of the weights, recorded in completions.
    package private(set) var policyVersion: Int

    let runner: IterationRunner
    var pool: PagePool
    private var prefixes: PrefixTree
    var schedule: Schedule
    /// Requests whose turn has not started.
    private var requests: [TrajectoryID: CompletionRequest] = [:]
    /// Admitted trajectories.
    private(set) var sequences: [TrajectoryID: CachedSequence] = [:]
    /// Shared prompts of groups, kept while members of the group may still need them. [group]
    private(set) var prompts: [Int: CachedSequence] = [:]
    /// Turns and prompts that are being computed, oldest first.
    var running: [CachedSequence] = []
    var events: [Event] = []
    var statistics = RolloutStatistics()

    package init(
        model: any VisionLanguageModel, processor: ImageProcessor, rules: TokenRules,
        limits: GenerationLimits = .init(),
        policyVersion: Int = 0
    ) {
        let vocabularySize = model.shape.vocabularySize
        precondition(
            rules.vocabularySize == vocabularySize,
            "token rules are for a vocabulary of \(rules.vocabularySize), the model's has \(vocabularySize)")
        self.model = model
        self.processor = processor
        self.rules = rules
        self.limits = limits
        self.policyVersion = policyVersion
        runner = IterationRunner(model: model, rules: rules, pageSize: limits.pageSize)
        let pageLimit = limits.maximumPageCount(context: model.shape.maximumPositionCount)
        pool = PagePool(pageSize: limits.pageSize, limit: pageLimit)
        prefixes = PrefixTree(limit: min(limits.prefixPages, pageLimit))
        schedule = Schedule(slotCount: limits.sequences, rejoinDelay: limits.rejoinDelay)
    }

    /// Maximum length of a trajectory in tokens.
    package var contextLength: Int {
        let allowed = min(model.shape.maximumPositionCount, pool.limit * pool.pageSize)
        return min(allowed, limits.contextLength ?? allowed)
    }

    /// Number of cache pages in use.
    package var usedPageCount: Int { pool.usedCount }

    /// Statistics since the last call.
    package func takeStatistics() -> RolloutStatistics {
        defer { statistics = RolloutStatistics() }
        statistics.peakPages = pool.peakCount
        return statistics
    }
}

// MARK: - Messages

extension GenerationEngine {
    /// Announces trajectories that will send requests. `Schedule` describes the guarantees and obligations.
    package func begin(_ ids: [TrajectoryID]) {
        for id in schedule.begin(ids) { free(id) }
    }

    /// Requests the next turn of a trajectory, which must have no request in progress.
    package func submit(_ request: CompletionRequest) {
        requests[request.id] = request
        schedule.ask(request.id)
    }

    /// Ends a trajectory; it must have no further requests.
    package func end(_ id: TrajectoryID) {
        if schedule.end(id) { free(id) }
    }

    /// Ends a trajectory immediately; the tokens of its turn are delivered as a cancelled completion.
    package func cancel(_ id: TrajectoryID) {
        if let turn = sequences[id]?.turn {
            events.append(.finished(id, turn.completion(.cancelled)))
        } else if requests[id] != nil {
            let empty = Completion(
                tokens: [], logProbabilities: [], finish: .cancelled, policyVersion: policyVersion)
            events.append(.finished(id, empty))
        }
        schedule.remove(id)
        free(id)
    }

    /// Replaces weights, or reports that they were changed in place; no turn may be in progress.
    ///
    /// All cached tokens are dropped, because they were computed with the old weights. Trajectories between two turns
    /// are computed again from their first token.
    ///
    /// - Parameters:
    ///   - weights: new values by parameter name, copied into the model.
    ///   - version: the version of the new weights, or nil for the current version plus one.
    /// - Throws: `PublicationError` if a name or shape does not match the model; nothing is changed then.
    package func publish(_ weights: [NamedTensor] = [], version: Int? = nil) throws {
        precondition(running.isEmpty, "weights are published while turns are in progress")
        let parameters = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.tensor) })
        for (name, tensor) in weights {
            guard let parameter = parameters[name], parameter.shape == tensor.shape else {
                throw PublicationError(name: name, shape: tensor.shape, expected: parameters[name]?.shape)
            }
        }
        withoutGradient {
            for (name, tensor) in weights { parameters[name]?.copy_(tensor) }
        }
        for sequence in sequences.values { reset(sequence) }
        for prompt in prompts.values { drop(prompt) }
        prefixes.removeAll(in: &pool)
        policyVersion = version ?? policyVersion + 1
    }

    private func free(_ id: TrajectoryID) {
        requests[id] = nil
        if let sequence = sequences.removeValue(forKey: id) {
            sequence.turn = nil
            reset(sequence)
            running.removeAll { $0 === sequence }
        }
        settlePrompts()
    }

    /// Drops the cached tokens of a turn in progress; it continues once there are pages to compute them again.
    func preempt(_ sequence: CachedSequence) {
        guard let images = sequence.turn?.images else { return }
        reset(sequence)
        do {
            sequence.setImages(try placed(images[...], in: sequence))
            sequence.isPreempted = true
            statistics.preemptions += 1
        } catch {
            fail(sequence, error)
        }
    }

    /// Drops the cached tokens of a sequence, so that its next turn computes all of them.
    func reset(_ sequence: CachedSequence) {
        pool.release(&sequence.table)
        sequence.clear()
    }
}

/// An error that fails a request.
package enum GenerationError: Error, Hashable, CustomStringConvertible {
    case emptyTranscript(TrajectoryID)
    /// The logits contain NaN or infinite values.
    case notFinite(TrajectoryID, policyVersion: Int)

    package var description: String {
        switch self {
        case .emptyTranscript(let id): "the request of \(id) has an empty transcript: it contains no tokens"
        case .notFinite(let id, let version):
            "the model's logits for \(id) are NaN or infinite: weights of version \(version) cannot be used"
        }
    }
}

/// Published weights whose name or shape does not match the model.
package struct PublicationError: Error, Hashable, CustomStringConvertible {
    package let name: String
    package let shape: [Int]
    /// nil if the model has no such parameter.
    package let expected: [Int]?

    package var description: String {
        guard let expected else {
            return "the model has no parameter \(name) (published with shape \(shape))"
        }
        return "the parameter \(name) has shape \(expected), but the published weights have shape \(shape)"
    }
}

// MARK: - Turns

extension GenerationEngine {
    /// Applies decisions of the schedule until it calls for an iteration.
    ///
    /// - Returns: nil if an iteration is to be run now, else the reason there is none.
    func join() -> Progress? {
        var isFull = false
        while true {
            switch schedule.next(isFull: isFull) {
            case .release(let ids): for id in ids { free(id) }
            case .resume(let ids): for id in ids { beginTurn(of: id) }
            case .admit(let id) where hasRoom(for: id):
                schedule.admit(id)
                sequences[id] = CachedSequence(id: id)
                beginTurn(of: id)
            case .admit: isFull = true
            case .iterate: return nil
            case .wait(let ids): return .waiting(for: ids)
            case .idle: return .idle
            }
        }
    }

    /// Whether there are enough pages for the prompt of a trajectory and some of its turn.
    ///
    /// Pages reserved for running sequences do not count. The first trajectory always has room.
    private func hasRoom(for id: TrajectoryID) -> Bool {
        guard !sequences.isEmpty, let request = requests[id] else { return true }
        let sharesPrompt = prompts[id.group] != nil
        let prompt = sharesPrompt ? 1 : pool.pageCount(forTokens: request.transcript.tokenCount)
        let reserved = running.reduce(0) { sum, sequence in
            sum
                + (sequence.awaitsPrompt
                    ? 1 : pool.pagesNeeded(toGrow: sequence.table, by: sequence.pendingCount))
        }
        let headroom = pool.pageCount(forTokens: limits.headroom) * (sequences.count + 1)
        let needed = prompt + reserved + headroom
        return needed <= pool.availableCount || clearPrefixCache() && needed <= pool.availableCount
    }

    private func beginTurn(of id: TrajectoryID) {
        guard let request = requests.removeValue(forKey: id), let sequence = sequences[id] else {
            preconditionFailure("\(id) begins a turn without a slot or a request")
        }
        let tokens = request.transcript.tokens
        if tokens.count <= sequence.table.length || !tokens.starts(with: sequence.cachedTokens) {
            reset(sequence)
        }
        sequence.tokens = tokens
        let requested = min(request.maximumTokens, request.sampling.maximumTokens)
        let room = contextLength - tokens.count
        let turn = Turn(
            request, limit: min(requested, room), finishAtLimit: requested <= room ? .length : .contextLimit,
            policyVersion: policyVersion)
        sequence.turn = turn
        running.append(sequence)
        if tokens.isEmpty { return fail(sequence, GenerationError.emptyTranscript(id)) }
        if turn.limit <= 0 { return finish(sequence, turn.finishAtLimit) }
        do {
            let images = request.transcript.images
            sequence.setImages(try placed(images.dropFirst(sequence.cachedImageCount), in: sequence))
            if request.transcript.completionTokenCount == 0 { joinPrompt(sequence) }
        } catch {
            fail(sequence, error)
        }
    }

    /// Makes a sequence start from the longest match in the prefix cache.
    ///
    /// The last token is always computed, because its logits are needed.
    ///
    /// - Returns: the key of the sequence's first full page if the lookup found no match, else nil.
    func reusePrefix(_ sequence: CachedSequence) -> PrefixTree.Key? {
        guard sequence.table.length == 0, usesPrefixCache(sequence) else { return nil }
        let content = sequence.content(upTo: sequence.tokens.count - 1)
        sequence.table = prefixes.match(content, in: &pool)
        let length = sequence.table.length
        if length == 0 { return prefixes.firstKey(of: content, pageSize: pool.pageSize) }
        let images = sequence.images.prefix { $0.tokens.lowerBound < length }
        let cursor = PositionCursor(afterTokens: length, images: images.map(\.grid))
        sequence.advance(to: cursor, imageCount: images.count)
        statistics.cachedTokens += length
        return nil
    }

    /// Inserts the computed tokens of a sequence into the prefix cache.
    func cachePrefix(_ sequence: CachedSequence) {
        guard usesPrefixCache(sequence) else { return }
        prefixes.insert(
            sequence.content(upTo: sequence.computedCount), from: sequence.table, in: &pool)
    }

    private func usesPrefixCache(_ sequence: CachedSequence) -> Bool {
        prefixes.limit > 0 && !schedule.wasAnnouncedWithGroup(sequence.id)
    }

    /// Empties the prefix cache to free its pages.
    ///
    /// - Returns: false if it was empty already.
    func clearPrefixCache() -> Bool {
        defer { prefixes.removeAll(in: &pool) }
        return prefixes.count > 0
    }

    /// Makes a trajectory of an announced group wait for the group's shared prompt, which the first member adds.
    ///
    /// All tokens but the last are shared. Each trajectory computes the last one itself, because it needs the logits.
    private func joinPrompt(_ sequence: CachedSequence) {
        let group = sequence.id.group
        let shared = sequence.tokens.dropLast()
        guard sequence.table.length == 0, schedule.wasAnnouncedWithGroup(sequence.id), !shared.isEmpty,
            sequence.images.last.map({ $0.tokens.upperBound <= shared.count }) ?? true
        else { return }
        if prompts[group] == nil {
            let prompt = CachedSequence(id: sequence.id)
            prompt.tokens = Array(shared)
            prompt.images = sequence.images
            prompts[group] = prompt
            running.append(prompt)
        }
        sequence.awaitsPrompt = prompts[group].map { $0.tokens.elementsEqual(shared) } ?? false
    }

    /// Finds the placeholders of `images` among the tokens that are not cached.
    private func placed(
        _ images: ArraySlice<ViewedImage>, in sequence: CachedSequence
    ) throws -> [PlacedImage] {
        var start = sequence.table.length
        return try images.indices.map { index in
            let grid = processor.grid(of: images[index].viewSize)
                .merged(by: model.shape.mergeSize)
            let first = sequence.tokens[start...].firstIndex(of: model.shape.imageToken)
            guard let first, first + grid.count <= sequence.tokens.count else {
                throw PackedBatchError.placeholders(
                    image: index, expected: grid.count, found: first.map { sequence.tokens.count - $0 } ?? 0)
            }
            start = first + grid.count
            return PlacedImage(tokens: first..<start, grid: grid, view: images[index])
        }
    }

    /// Finishes the turn of a trajectory; its cached tokens are kept for the next turn.
    func finish(_ sequence: CachedSequence, _ reason: FinishReason) {
        guard let turn = sequence.turn else { return }
        events.append(.finished(sequence.id, turn.completion(reason)))
        statistics.completions += 1
        cachePrefix(sequence)
        leave(sequence)
    }

    /// Fails the request of a trajectory and drops its cached tokens.
    func fail(_ sequence: CachedSequence, _ error: any Error) {
        events.append(.failed(sequence.id, error))
        leave(sequence)
        reset(sequence)
    }

    private func leave(_ sequence: CachedSequence) {
        sequence.turn = nil
        sequence.awaitsPrompt = false
        schedule.finishTurn(sequence.id)
        running.removeAll { $0 === sequence }
    }

    /// Removes computed prompts from the iterations, and drops prompts that no trajectory of the group needs any more.
    func settlePrompts() {
        for (group, prompt) in prompts {
            let isAwaited = running.contains { $0.awaitsPrompt && $0.id.group == group }
            if prompt.isComputed { running.removeAll { $0 === prompt } }
            if !isAwaited && schedule.queuedCount(inGroup: group) == 0 { drop(prompt) }
        }
    }

    /// Fails every trajectory that waits for a prompt that cannot be computed.
    func fail(prompt: CachedSequence, _ error: any Error) {
        let group = prompt.id.group
        for sequence in running where sequence.awaitsPrompt && sequence.id.group == group {
            fail(sequence, error)
        }
        drop(prompt)
    }

    func drop(_ prompt: CachedSequence) {
        running.removeAll { $0 === prompt }
        reset(prompt)
        prompts[prompt.id.group] = nil
    }
}
